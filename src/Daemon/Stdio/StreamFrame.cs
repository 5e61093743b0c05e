using System.Buffers.Binary;

namespace Wharf.Daemon.Stdio;

/// <summary>Eight bytes before each piece of a multiplexed stream: kind, three zeros, length.</summary>
internal static class StreamFrame
{
    internal static byte[] Of(StreamKind kind, ReadOnlySpan<byte> bytes)
    {
        byte[] frame = new byte[8 + bytes.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(frame.AsSpan(8));
        return frame;
    }
}
