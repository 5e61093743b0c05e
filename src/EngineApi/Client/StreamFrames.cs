using System.Buffers.Binary;

namespace Wharf.EngineApi.Client;

/// <summary>
/// Standard output and standard error on one stream, as the engine sends them when there is no terminal: before each piece a head
/// of eight bytes, the first naming the stream (1 out, 2 error, 3 a message of the engine), the last four the piece's length.
/// </summary>
public static class StreamFrames
{
    private const int HeadSize = 8;

    /// <summary>Takes some bytes of one of the two streams.</summary>
    public delegate void Sink(bool isError, ReadOnlySpan<byte> bytes);

    /// <summary>Reads at least one byte, 0 at the end.</summary>
    public delegate int Source(Span<byte> bytes);

    /// <exception cref="ProtocolException">Not frames, or cut off within one.</exception>
    /// <exception cref="EngineException">The engine's own message on the stream.</exception>
    public static void Copy(Source source, Sink sink)
    {
        byte[] buffer = new byte[32 * 1024];
        Span<byte> head = stackalloc byte[HeadSize];
        while (true)
        {
            int got = 0;
            while (got < HeadSize)
            {
                int count = source(head[got..]);
                if (count == 0)
                {
                    if (got > 0)
                    {
                        throw new ProtocolException("read output: unexpected EOF within the head of a frame");
                    }

                    return;
                }

                got += count;
            }

            if (head[0] > 3 || head[1] != 0 || head[2] != 0 || head[3] != 0)
            {
                throw new ProtocolException($"read output: unrecognized stream {head[0]}");
            }

            uint left = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
            MemoryStream? message = head[0] == 3 ? new MemoryStream() : null;
            while (left > 0)
            {
                int count = source(buffer.AsSpan(0, (int)Math.Min(left, (uint)buffer.Length)));
                if (count == 0)
                {
                    throw new ProtocolException($"read output: unexpected EOF, {left} bytes of a frame are missing");
                }

                left -= (uint)count;
                if (message is null)
                {
                    sink(head[0] == 2, buffer.AsSpan(0, count));
                }
                else if (message.Length < 64 * 1024)
                {
                    message.Write(buffer, 0, count);
                }
            }

            if (message is not null)
            {
                throw new EngineException(500, "error from daemon in stream: " + System.Text.Encoding.UTF8.GetString(message.ToArray()));
            }
        }
    }
}
