using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Containers;

/// <summary>GET logs: what was written, and with follow what comes.</summary>
internal sealed class ReadLogs
{
    private readonly HttpContext context;
    private readonly Container container;
    private readonly bool wantsOutput;
    private readonly bool wantsError;
    private readonly bool stamps;
    private readonly bool details;
    private readonly DateTimeOffset? since;
    private readonly DateTimeOffset? until;

    private ReadLogs(HttpContext context, Container container)
    {
        this.context = context;
        this.container = container;
        wantsOutput = Answers.Flag(context, "stdout");
        wantsError = Answers.Flag(context, "stderr");
        stamps = Answers.Flag(context, "timestamps");
        details = Answers.Flag(context, "details");
        since = Timestamps.Parse(Answers.Value(context, "since"));
        until = Timestamps.Parse(Answers.Value(context, "until"));
    }

    internal static async Task RunAsync(HttpContext context, Container container)
    {
        var logs = new ReadLogs(context, container);
        if (!logs.wantsOutput && !logs.wantsError)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "Bad parameters: you must choose at least one stream");
        }

        if (!LogOptions.Parse(container.Document.HostConfig.LogConfig, container.Config).IsReadable)
        {
            throw new EngineException(EngineErrorKind.NotImplemented, "configured logging driver does not support reading");
        }

        int? tail = int.TryParse(Answers.Value(context, "tail"), NumberStyles.None, CultureInfo.InvariantCulture, out int lines) ? lines : null;
        LogChanges? changes = Answers.Flag(context, "follow") ? container.Log?.Changes : null;
        context.Response.ContentType = container.Config.Tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        using var reader = new LogReader(container.LogPath);
        if (tail is { } last)
        {
            reader.SkipToLast(last);
        }

        await logs.SendAsync(reader, changes).ConfigureAwait(false);
    }

    /// <summary>All that a container's log has, before a client is joined to what comes.</summary>
    internal static async Task SendAsync(IAttachedClient client, Container container, bool raw, bool output, bool error, CancellationToken cancellation)
    {
        using var reader = new LogReader(container.LogPath);
        while (reader.Next() is { } bytes)
        {
            if (Parse(bytes.Span) is { } line && (line.Stream == "stderr" ? error : output))
            {
                byte[] text = Encoding.UTF8.GetBytes(line.Log);
                if (!await client.WriteAsync(raw ? text : StreamFrame.Of(line.Stream == "stderr" ? StreamKind.Error : StreamKind.Output, text), cancellation).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
    }

    private async Task SendAsync(LogReader reader, LogChanges? changes)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (until is { } end && changes is not null)
        {
            TimeSpan left = end - DateTimeOffset.UtcNow;
            over.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        while (true)
        {
            // Both are taken before the file is read: what is written meanwhile is seen the next time.
            bool ended = changes?.Ended != false;
            Task grown = changes?.Next ?? Task.CompletedTask;
            bool goesOn = await SendLinesAsync(reader).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            if (ended || !goesOn)
            {
                return;
            }

            try
            {
                await grown.WaitAsync(over.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                // The time that was asked for is over.
                return;
            }
        }
    }

    /// <summary>All whole lines that are there; false when one is past the time that was asked for.</summary>
    private async Task<bool> SendLinesAsync(LogReader reader)
    {
        while (reader.Next() is { } bytes)
        {
            if (Parse(bytes.Span) is not { } line || line.Time < since || !(line.Stream == "stderr" ? wantsError : wantsOutput))
            {
                continue;
            }

            if (line.Time > until)
            {
                return false;
            }

            byte[] encoded = Encoding.UTF8.GetBytes((stamps ? Timestamps.Fixed(line.Time) + " " : "") + (details ? Details(line) + " " : "") + line.Log);
            await context.Response.Body.WriteAsync(container.Config.Tty ? encoded : StreamFrame.Of(line.Stream == "stderr" ? StreamKind.Error : StreamKind.Output, encoded), context.RequestAborted).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>As the query of an address writes them, with commas between.</summary>
    private static string Details(LogLine line) =>
        string.Join(',', (line.Attributes ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Escape(pair.Key)}={Escape(pair.Value)}"));

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    /// <summary>Null for bytes that a power cut has left where a line should be: the others are still worth reading.</summary>
    private static LogLine? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, LogJson.Default.LogLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
