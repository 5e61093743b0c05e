using System.Buffers.Binary;

namespace Wharf.Ttrpc;

/// <summary>The ten bytes before each message: length, stream, type, flags, all big-endian. ttrpc's PROTOCOL.md.</summary>
public readonly record struct FrameHeader(int Length, uint Stream, FrameType Type, byte Flags)
{
    public const int Size = 10;

    /// <summary>A larger message is refused by every implementation.</summary>
    public const int LengthLimit = 4 << 20;

    /// <summary>Its message is passed over, and the call ends with ResourceExhausted.</summary>
    public bool IsTooLong => Length > LengthLimit;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return length > int.MaxValue
            ? throw new TtrpcException(TtrpcStatus.ResourceExhausted, $"message length {length} is not a message's")
            : new FrameHeader((int)length, BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), (FrameType)bytes[8], bytes[9]);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Stream);
        bytes[8] = (byte)Type;
        bytes[9] = Flags;
    }
}
