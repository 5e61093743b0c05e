using System.Collections.Concurrent;
using System.Security.Cryptography;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Layers;

/// <summary>The bytes of a layer, decompressed and hashed by a thread of their own, some pieces ahead of who reads them.</summary>
internal sealed class UncompressedLayer : Stream
{
    private const int PieceSize = 256 << 10;
    private const int Ahead = 8;
    private readonly BlockingCollection<(byte[] Bytes, int Count)> pieces = new(Ahead);
    private readonly ConcurrentBag<byte[]> spare = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread thread;
    private byte[] current = [];
    private int position;
    private int end;
    private Exception? failure;

    /// <param name="source">Read by the thread alone.</param>
    /// <param name="limit">No more bytes than these are taken for a layer.</param>
    public UncompressedLayer(Stream source, long limit)
    {
        thread = new Thread(() => Produce(source, limit)) { IsBackground = true, Name = "layer" };
        thread.Start();
    }

    public long Total { get; private set; }

    /// <summary>The DiffID, when everything has been read.</summary>
    public Digest? Digest { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (position == end && !Advance())
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, end - position);
        current.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
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
            stopping.Cancel();
            thread.Join();
            pieces.Dispose();
            stopping.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Advance()
    {
        if (current.Length > 0)
        {
            spare.Add(current);
        }

        if (!pieces.TryTake(out (byte[] Bytes, int Count) piece, Timeout.Infinite))
        {
            return failure is null ? false : throw new InvalidDataException($"read layer: {failure.Message}", failure);
        }

        (current, end) = piece;
        position = 0;
        return true;
    }

    private void Produce(Stream source, long limit)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (true)
            {
                byte[] piece = spare.TryTake(out byte[]? used) ? used : new byte[PieceSize];
                int count = source.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
                if (count == 0)
                {
                    Digest = Oci.Digests.Digest.Of(hash);
                    break;
                }

                hash.AppendData(piece, 0, count);
                Total += count;
                if (Total > limit)
                {
                    throw new InvalidDataException($"it grows to more than {limit} bytes");
                }

                pieces.Add((piece, count), stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Who read has given up.
        }
        catch (Exception error)
        {
            // Whatever a decompressor throws at garbage is the reader's to tell.
            failure = error;
        }
        finally
        {
            pieces.CompleteAdding();
        }
    }
}
