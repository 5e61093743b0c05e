using System.IO.Compression;

namespace Wharf.Cli.Archives;

/// <summary>Another stream, compressed by gzip while it is read.</summary>
internal sealed class CompressedStream(Stream source) : Stream
{
    private const int Part = 64 * 1024;
    private readonly MemoryStream ready = new();
    private readonly byte[] part = new byte[Part];
    private GZipStream? gzip;
    private bool ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        gzip ??= new GZipStream(ready, CompressionLevel.Fastest, leaveOpen: true);
        while (ready.Position == ready.Length && !ended)
        {
            ready.SetLength(0);
            int count = source.Read(part);
            if (count > 0)
            {
                gzip.Write(part, 0, count);
            }
            else
            {
                gzip.Dispose();
                ended = true;
            }

            ready.Position = 0;
        }

        int given = ready.Read(buffer);
        if (ready.Position == ready.Length)
        {
            ready.SetLength(0);
        }

        return given;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            gzip?.Dispose();
            ready.Dispose();
        }

        base.Dispose(disposing);
    }
}
