using System.Text;
using System.Text.Json;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Logs;

/// <summary>docker's json-file: a line of JSON for each line of output. Called from one thread.</summary>
internal sealed class JsonFileLog : IDisposable
{
    // Longer lines are cut into pieces, as docker cuts them.
    private const int LineLimit = 16 * 1024;
    private readonly FileStream file;
    private readonly Dictionary<StreamKind, List<byte>> partial = new() { [StreamKind.Output] = [], [StreamKind.Error] = [] };

    internal JsonFileLog(string path)
    {
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    internal LogChanges Changes { get; } = new();

    /// <summary>Takes bytes of a stream; of kind Input, the end of all streams.</summary>
    internal void Take(StreamKind kind, ReadOnlyMemory<byte> bytes)
    {
        var lines = new StringBuilder();
        if (kind == StreamKind.Input)
        {
            foreach ((StreamKind stream, List<byte> rest) in partial)
            {
                if (rest.Count > 0)
                {
                    Append(lines, stream, [.. rest]);
                    rest.Clear();
                }
            }
        }
        else
        {
            List<byte> rest = partial[kind];
            ReadOnlySpan<byte> span = bytes.Span;
            while (!span.IsEmpty)
            {
                int end = span.IndexOf((byte)'\n');
                int take = Math.Min(end < 0 ? span.Length : end + 1, LineLimit - rest.Count);
                rest.AddRange(span[..take]);
                span = span[take..];
                if (rest[^1] == (byte)'\n' || rest.Count == LineLimit)
                {
                    Append(lines, kind, [.. rest]);
                    rest.Clear();
                }
            }
        }

        if (lines.Length > 0)
        {
            // One write, so that a kill leaves whole lines.
            file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
            Changes.Grown();
        }
    }

    public void Dispose()
    {
        file.Dispose();
        Changes.End();
    }

    private static void Append(StringBuilder lines, StreamKind kind, byte[] text) => lines
        .Append("{\"log\":\"").Append(JsonEncodedText.Encode(Encoding.UTF8.GetString(text)).ToString())
        .Append("\",\"stream\":\"").Append(kind == StreamKind.Error ? "stderr" : "stdout")
        .Append("\",\"time\":\"").Append(Timestamps.Text(DateTimeOffset.UtcNow)).Append("\"}\n");
}
