using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Types.Transfer;

namespace Wharf.Containerd.Streams;

/// <summary>Bytes for a client by a stream, as many as it has room for.</summary>
internal sealed class DataWriter(NamedStream stream) : Stream
{
    private const int LargestPiece = 256 << 10;
    private int room;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            while (room <= 0)
            {
                Any update = await stream.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new IOException("write stream: the client has closed it");
                room += Update(update);
            }

            int count = Math.Min(Math.Min(room, LargestPiece), buffer.Length);
            await stream.WriteAsync(new Data { Data_ = ByteString.CopyFrom(buffer.Span[..count]) }, cancellationToken).ConfigureAwait(false);
            room -= count;
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("a stream is written asynchronously");

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static int Update(Any any)
    {
        try
        {
            return NamedStream.Is(any, new WindowUpdate()) ? Math.Max(0, WindowUpdate.Parser.ParseFrom(any.Value).Update) : 0;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"write stream: {error.Message}", error);
        }
    }
}
