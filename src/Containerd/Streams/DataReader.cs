using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Types.Transfer;

namespace Wharf.Containerd.Streams;

/// <summary>Bytes that a client sends by a stream: it may send as much as it has been granted.</summary>
internal sealed class DataReader(NamedStream stream) : Stream
{
    private const int Window = 1 << 20;
    private ReadOnlyMemory<byte> left;
    private int granted;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (left.IsEmpty)
        {
            if (granted < Window / 2)
            {
                granted += Window;
                await stream.WriteAsync(new WindowUpdate { Update = Window }, cancellationToken).ConfigureAwait(false);
            }

            if (await stream.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } next)
            {
                return 0;
            }

            left = Content(next);
            granted -= left.Length;
        }

        int count = Math.Min(buffer.Length, left.Length);
        left.Span[..count].CopyTo(buffer.Span);
        left = left[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a stream is read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static ReadOnlyMemory<byte> Content(Any next)
    {
        try
        {
            return NamedStream.Is(next, new Data()) ? Data.Parser.ParseFrom(next.Value).Data_.Memory : ReadOnlyMemory<byte>.Empty;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"read stream: {error.Message}", error);
        }
    }
}
