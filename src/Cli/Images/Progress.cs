using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Images;

/// <summary>
/// The progress that an engine reports: on a terminal a line for each layer, redrawn in place; elsewhere a line when something
/// changes, without the bars.
/// </summary>
internal sealed class Progress
{
    private const int BarWidth = 50;
    private readonly TextOutput? output;
    private readonly int columns;
    private readonly Dictionary<string, int> lines = [];
    private int count;

    private Progress(TextOutput? output)
    {
        this.output = output;
        columns = output is not null && Terminal.Size(output.Descriptor) is { Columns: > 0 } size ? size.Columns : 0;
    }

    /// <exception cref="CommandException">The engine reports an error.</exception>
    internal static void Show(EngineResponse response, TextOutput? output)
    {
        var progress = new Progress(output);
        foreach (JsonElement message in JsonStream.Read(response))
        {
            if (message.Find("errorDetail").Text("message", message.Text("error")) is { Length: > 0 } error)
            {
                throw new CommandException(error);
            }

            progress.Take(message);
        }
    }

    private void Take(JsonElement message)
    {
        if (output is null)
        {
            return;
        }

        if (message.Text("stream") is { Length: > 0 } stream)
        {
            output.Text(stream);
            return;
        }

        string status = message.Text("status");
        if (status.Length == 0)
        {
            return;
        }

        string id = message.Text("id");
        string bar = message.Find("progressDetail") is { ValueKind: JsonValueKind.Object } detail ? Bar(detail) : "";
        if (columns == 0)
        {
            // A bar that moves makes no line of its own in a file.
            if (bar.Length == 0)
            {
                output.Line(id.Length > 0 ? $"{id}: {status}" : status);
            }

            return;
        }

        if (id.Length == 0)
        {
            output.Line(status);
            lines.Clear();
            count = 0;
            return;
        }

        Draw(id, $"{id}: {status}{(bar.Length > 0 ? " " + bar : "")}");
    }

    private void Draw(string id, string text)
    {
        string shown = text.Length >= columns ? text[..(columns - 1)] : text;
        if (!lines.TryGetValue(id, out int line))
        {
            lines[id] = count++;
            output!.Text(shown + "\n");
            return;
        }

        int up = count - line;
        output!.Text($"\x1b[{up}A\x1b[2K\r{shown}\r\x1b[{up}B");
    }

    private string Bar(JsonElement detail)
    {
        long current = detail.Number("current");
        long total = detail.Number("total");
        if (current <= 0 && total <= 0)
        {
            return "";
        }

        if (total <= 0)
        {
            return detail.Text("units") is { Length: > 0 } units ? $"{current} {units}" : Words.Size(current, 4);
        }

        int percent = (int)Math.Clamp(current * 100.0 / total, 0, 100);
        string numbers = current > total ? Words.Size(current, 4) : $"{Words.Size(current, 4)}/{Words.Size(total, 4)}";
        if (columns <= 110 && columns > 0 && columns < 70)
        {
            return numbers;
        }

        int filled = percent / 2;
        return $"[{new string('=', filled)}>{new string(' ', BarWidth - filled)}]  {numbers}";
    }
}
