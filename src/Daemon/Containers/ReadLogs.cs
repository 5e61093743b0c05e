using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Containers;

/// <summary>GET logs: what was written, and with follow what comes.</summary>
internal static class ReadLogs
{
    internal static async Task RunAsync(HttpContext context, Container container)
    {
        bool wantsOutput = Answers.Flag(context, "stdout");
        bool wantsError = Answers.Flag(context, "stderr");
        if (!wantsOutput && !wantsError)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "Bad parameters: you must choose at least one stream");
        }

        bool follow = Answers.Flag(context, "follow");
        bool stamps = Answers.Flag(context, "timestamps");
        DateTimeOffset? since = Timestamps.Parse(Answers.Value(context, "since"));
        DateTimeOffset? until = Timestamps.Parse(Answers.Value(context, "until"));
        int tail = int.TryParse(Answers.Value(context, "tail"), out int lines) && lines >= 0 ? lines : int.MaxValue;
        LogChanges? changes = follow ? container.Log?.Changes : null;
        context.Response.ContentType = container.Config.Tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        long position = 0;
        while (true)
        {
            // Both are taken before the file is read: what is written meanwhile is seen the next time.
            bool ended = changes?.Ended != false;
            Task grown = changes?.Next ?? Task.CompletedTask;
            position = await WriteFileAsync(context, container, position, position == 0 ? tail : int.MaxValue, Wanted, stamps).ConfigureAwait(false);
            if (ended)
            {
                return;
            }

            await grown.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        }

        bool Wanted(LogLine line) => (line.Stream == "stderr" ? wantsError : wantsOutput) && (since is null || line.Time >= since) && (until is null || line.Time <= until);
    }

    /// <summary>Writes whole lines from a position on; where it ended.</summary>
    private static async Task<long> WriteFileAsync(HttpContext context, Container container, long position, int tail, Func<LogLine, bool> wanted, bool stamps)
    {
        if (!File.Exists(container.LogPath))
        {
            return position;
        }

        byte[] bytes;
        using (var file = new FileStream(container.LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Position = position;
            bytes = new byte[file.Length - position];
            await file.ReadExactlyAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }

        int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        List<LogLine> lines = Parse(bytes.AsSpan(0, end)).Where(wanted).ToList();
        foreach (LogLine line in tail < lines.Count ? lines.Skip(lines.Count - tail) : lines)
        {
            string text = stamps ? Timestamps.Text(line.Time) + " " + line.Log : line.Log;
            byte[] encoded = System.Text.Encoding.UTF8.GetBytes(text);
            await context.Response.Body.WriteAsync(container.Config.Tty ? encoded : StreamFrame.Of(line.Stream == "stderr" ? StreamKind.Error : StreamKind.Output, encoded), context.RequestAborted).ConfigureAwait(false);
        }

        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        return position + end;
    }

    private static List<LogLine> Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<LogLine>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            if (JsonSerializer.Deserialize(bytes[..end], LogJson.Default.LogLine) is { } line)
            {
                lines.Add(line);
            }

            bytes = bytes[(end + 1)..];
        }

        return lines;
    }
}
