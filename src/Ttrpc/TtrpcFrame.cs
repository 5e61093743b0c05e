namespace Wharf.Ttrpc;

/// <summary>A whole frame as bytes.</summary>
public static class TtrpcFrame
{
    public static byte[] Of(uint stream, FrameType type, ReadOnlySpan<byte> message, FrameFlags flags = FrameFlags.None)
    {
        byte[] frame = new byte[FrameHeader.Size + message.Length];
        new FrameHeader(message.Length, stream, type, (byte)flags).Write(frame);
        message.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }
}
