using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Logs;

/// <summary>docker's json-file: a line of JSON for each line of output. Called from one thread at a time.</summary>
internal sealed class JsonFileLog : IDisposable
{
    // Longer lines are cut into pieces, as docker cuts them.
    private const int LineLimit = 16 * 1024;
    private readonly FileStream file;
    private readonly LogPosition position;
    private readonly Dictionary<StreamKind, List<byte>> partial = new() { [StreamKind.Output] = [], [StreamKind.Error] = [] };
    private bool failed;

    /// <param name="path">Where the lines go; what an earlier daemon was about to write when it was killed is cut off.</param>
    /// <param name="positionPath">Where it is kept how far they are; lives as long as the run.</param>
    internal JsonFileLog(string path, string positionPath)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        position = new LogPosition(positionPath, file.Length);
        Cut();
    }

    internal LogChanges Changes { get; } = new();

    /// <summary>How many bytes of a stream are in the log.</summary>
    internal long Written(StreamKind kind) => position.Of(kind);

    /// <summary>Takes bytes of a stream; of kind Input, the end of all streams.</summary>
    internal void Take(StreamKind kind, ReadOnlyMemory<byte> bytes)
    {
        var lines = new StringBuilder();
        long output = 0;
        long error = 0;
        if (kind == StreamKind.Input)
        {
            output = AppendRest(lines, StreamKind.Output);
            error = AppendRest(lines, StreamKind.Error);
        }
        else
        {
            List<byte> rest = partial[kind];
            long taken = 0;
            ReadOnlySpan<byte> span = bytes.Span;
            while (!span.IsEmpty)
            {
                int end = span.IndexOf((byte)'\n');
                int take = Math.Min(end < 0 ? span.Length : end + 1, LineLimit - rest.Count);
                rest.AddRange(span[..take]);
                span = span[take..];
                if (rest[^1] == (byte)'\n' || rest.Count == LineLimit)
                {
                    int whole = rest[^1] == (byte)'\n' ? rest.Count : WholeCharacters(rest);
                    Append(lines, kind, [.. rest[..whole]]);
                    taken += whole;
                    rest.RemoveRange(0, whole);
                }
            }

            (output, error) = kind == StreamKind.Output ? (taken, 0L) : (0L, taken);
        }

        if (lines.Length > 0)
        {
            Write(Encoding.UTF8.GetBytes(lines.ToString()), output, error);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        position.Dispose();
        Changes.End();
    }

    private void Write(byte[] lines, long output, long error)
    {
        try
        {
            file.Write(lines);
            position.Advance(output, error, lines.Length);
            Changes.Grown();
        }
        catch (IOException failure)
        {
            // A full disk costs lines, not the container.
            Cut();
            position.Advance(output, error, 0);
            if (!failed)
            {
                failed = true;
                Console.Error.WriteLine($"wharfd: write log \"{file.Name}\": {failure.Message}");
            }
        }
    }

    private void Cut()
    {
        if (file.Length > position.Length)
        {
            file.SetLength(position.Length);
        }

        file.Position = file.Length;
    }

    private int AppendRest(StringBuilder lines, StreamKind kind)
    {
        List<byte> rest = partial[kind];
        int count = rest.Count;
        if (count > 0)
        {
            Append(lines, kind, [.. rest]);
            rest.Clear();
        }

        return count;
    }

    /// <summary>How much of the bytes a cut may take without dividing a character of UTF-8.</summary>
    private static int WholeCharacters(List<byte> bytes)
    {
        for (int back = 1; back <= 3; back++)
        {
            byte one = bytes[^back];
            if (one >= 0xc0)
            {
                int length = one >= 0xf0 ? 4 : one >= 0xe0 ? 3 : 2;
                return length > back ? bytes.Count - back : bytes.Count;
            }

            if (one < 0x80)
            {
                break;
            }
        }

        return bytes.Count;
    }

    private static void Append(StringBuilder lines, StreamKind kind, byte[] text) => lines
        .Append("{\"log\":\"").Append(JsonEncodedText.Encode(Encoding.UTF8.GetString(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())
        .Append("\",\"stream\":\"").Append(kind == StreamKind.Error ? "stderr" : "stdout")
        .Append("\",\"time\":\"").Append(Timestamps.Text(DateTimeOffset.UtcNow)).Append("\"}\n");
}
