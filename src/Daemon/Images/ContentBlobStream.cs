using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>A blob of the content store as a stream of known length, read once, from its start or an offset.</summary>
internal sealed class ContentBlobStream(ContentStore content, Descriptor blob, CancellationToken cancellation, long offset = 0) : Stream
{
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _chunks = content.ReadChunksAsync(blob.Digest, cancellation, offset).GetAsyncEnumerator(cancellation);
    private ReadOnlyMemory<byte> _chunk;
    private long _position;

    public override bool CanRead => true;

    /// <summary>The tar writer asks a seekable stream for its length and writes the header first; it never moves.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => blob.Size - offset;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_chunk.IsEmpty)
        {
            if (!await _chunks.MoveNextAsync().ConfigureAwait(false))
            {
                return 0;
            }

            _chunk = _chunks.Current;
        }

        int count = Math.Min(buffer.Length, _chunk.Length);
        _chunk.Span[..count].CopyTo(buffer.Span);
        _chunk = _chunk[count..];
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("content is read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _chunks.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
