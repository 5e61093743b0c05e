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
    private readonly string path;
    private readonly LogOptions options;
    private readonly string attributes;
    private readonly LogPosition position;
    private readonly Dictionary<StreamKind, List<byte>> partial = new() { [StreamKind.Output] = [], [StreamKind.Error] = [] };
    private FileStream file;
    private readonly LogCompression? compression;
    private bool failed;

    /// <param name="path">Where the lines go; what an earlier daemon was about to write when it was killed is cut off.</param>
    /// <param name="positionPath">Where it is kept how far they are; lives as long as the run.</param>
    /// <param name="options">When a new file is begun, and what is said with each line.</param>
    internal JsonFileLog(string path, string positionPath, LogOptions options)
    {
        this.path = path;
        this.options = options;
        attributes = Encode(options.Attributes);
        compression = options.Compress ? new LogCompression(path, options.Files) : null;
        file = Open(path);
        position = new LogPosition(positionPath, file.Length);
        if (position.Length > file.Length)
        {
            // Killed between a new file and the word of it.
            position.Restart(file.Length);
        }

        Cut();
    }

    internal LogChanges Changes { get; } = new();

    /// <summary>Where the lines are sent besides; null: nowhere. Ended with the log.</summary>
    internal LogForwarder? Forwarder { get; init; }

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
                    if (position.Length + lines.Length >= options.Capacity)
                    {
                        Write(lines, kind, ref taken);
                    }
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

    /// <summary>The lines so far, so that a file ends where it is full.</summary>
    private void Write(StringBuilder lines, StreamKind kind, ref long taken)
    {
        Write(Encoding.UTF8.GetBytes(lines.ToString()), kind == StreamKind.Output ? taken : 0, kind == StreamKind.Error ? taken : 0);
        lines.Clear();
        taken = 0;
    }

    private void Write(byte[] lines, long output, long error)
    {
        try
        {
            if (position.Length >= options.Capacity)
            {
                if (compression is not null)
                {
                    compression.Rotate();
                }
                else
                {
                    LogFiles.Rotate(path, options.Files);
                }

                FileStream full = file;
                file = Open(path);
                full.Dispose();
                position.Restart(0);
            }

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

    private static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static string Encode(IReadOnlyDictionary<string, string> attributes)
    {
        static string Text(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return attributes.Count == 0 ? "" : $"\"attrs\":{{{string.Join(',', attributes.Select(pair => $"\"{Text(pair.Key)}\":\"{Text(pair.Value)}\""))}}},";
    }

    private void Append(StringBuilder lines, StreamKind kind, byte[] text)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Forwarder?.Offer(new LogEntry(kind == StreamKind.Error, text is [.., (byte)'\n'] ? text[..^1] : text, now));
        lines
            .Append("{\"log\":\"").Append(JsonEncodedText.Encode(Encoding.UTF8.GetString(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())
            .Append("\",\"stream\":\"").Append(kind == StreamKind.Error ? "stderr" : "stdout")
            .Append("\",").Append(attributes).Append("\"time\":\"").Append(Timestamps.Text(now)).Append("\"}\n");
    }
}
