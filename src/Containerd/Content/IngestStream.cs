namespace Wharf.Containerd.Content;

/// <summary>Writes to an ingest in large pieces, whatever the pieces that it is given.</summary>
internal sealed class IngestStream(Ingest ingest) : Stream
{
    private readonly byte[] buffer = new byte[256 << 10];
    private int filled;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        if (filled + bytes.Length > buffer.Length)
        {
            Flush();
        }

        if (bytes.Length >= buffer.Length)
        {
            ingest.Write(bytes);
            return;
        }

        bytes.CopyTo(buffer.AsSpan(filled));
        filled += bytes.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        ingest.Write(buffer.AsSpan(0, filled));
        filled = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
