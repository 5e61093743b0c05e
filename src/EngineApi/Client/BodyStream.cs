using System.Globalization;

namespace Wharf.EngineApi.Client;

/// <summary>The body of an answer: of known length, in chunks, or up to the end of the connection.</summary>
internal sealed class BodyStream : Stream
{
    private enum Kind
    {
        Sized,
        Chunked,
        UntilClose,
    }

    private readonly Connection connection;
    private readonly string request;
    private readonly Kind kind;
    private long left;
    private bool inChunks;

    internal BodyStream(Connection connection, ResponseHead head, string request, bool empty)
    {
        this.connection = connection;
        this.request = request;
        if (empty)
        {
            IsComplete = true;
        }
        else if (head.IsChunked)
        {
            kind = Kind.Chunked;
        }
        else if (head["Content-Length"] is { } length)
        {
            if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out left))
            {
                throw new ProtocolException($"{request}: malformed Content-Length \"{length}\"");
            }

            IsComplete = left == 0;
        }
        else
        {
            kind = Kind.UntilClose;
        }
    }

    /// <summary>All of it has been read, so the connection stands before the next answer.</summary>
    internal bool IsComplete { get; private set; }

    internal bool EndsConnection => kind == Kind.UntilClose;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (IsComplete || buffer.Length == 0)
        {
            return 0;
        }

        if (kind == Kind.Chunked && left == 0 && !NextChunk())
        {
            return 0;
        }

        int count = connection.Read(kind == Kind.UntilClose ? buffer : buffer[..(int)Math.Min(buffer.Length, left)]);
        if (count == 0)
        {
            IsComplete = kind == Kind.UntilClose;
            return IsComplete ? 0 : throw new ProtocolException($"{request}: unexpected EOF: connection closed within the answer's body");
        }

        if (kind != Kind.UntilClose)
        {
            left -= count;
            IsComplete = kind == Kind.Sized && left == 0;
        }

        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool NextChunk()
    {
        if (inChunks && Line() is { Length: > 0 } rest)
        {
            throw new ProtocolException($"{request}: malformed chunk end \"{rest}\"");
        }

        inChunks = true;
        string line = Line();
        int extension = line.IndexOf(';', StringComparison.Ordinal);
        ReadOnlySpan<char> size = (extension < 0 ? line : line[..extension]).AsSpan().Trim();
        if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out left) || left < 0)
        {
            throw new ProtocolException($"{request}: malformed chunk size \"{(line.Length > 60 ? line[..60] : line)}\"");
        }

        if (left > 0)
        {
            return true;
        }

        while (Line().Length > 0)
        {
            // Trailers say nothing that this client uses.
        }

        IsComplete = true;
        return false;
    }

    private string Line()
    {
        int budget = 8 * 1024;
        return ResponseHead.ReadLine(connection, request, ref budget) ?? throw new ProtocolException($"{request}: unexpected EOF: connection closed between the chunks of the answer");
    }
}
