using System.Buffers.Binary;
using System.Text;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>Requests for one datagram, each with the words for its failure. Every one asks for an acknowledgement.</summary>
internal sealed class MessageBatch
{
    private readonly List<string> steps = [];
    private readonly Stack<int> nests = [];
    private byte[] buffer = new byte[512];
    private int length;
    private int message = -1;

    /// <summary>The words of each message; its sequence number is its index plus 1.</summary>
    internal IReadOnlyList<string> Steps => steps;

    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            Finish();
            return buffer.AsSpan(0, length);
        }
    }

    /// <summary>Begins a message: its fixed part, zero but for what the caller writes.</summary>
    internal Span<byte> Begin(string step, MessageType type, MessageFlags flags, int fixedSize)
    {
        Finish();
        steps.Add(step);
        message = length;
        Span<byte> whole = Extend(NetlinkMessage.HeaderSize + fixedSize);
        BinaryPrimitives.WriteUInt16LittleEndian(whole[4..], (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(whole[6..], (ushort)(flags | MessageFlags.Request | MessageFlags.Acknowledge));
        BinaryPrimitives.WriteUInt32LittleEndian(whole[8..], (uint)steps.Count);
        return whole[NetlinkMessage.HeaderSize..];
    }

    internal void Add(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> whole = Extend(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(whole, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(whole[2..], type);
        value.CopyTo(whole[4..]);
    }

    internal void Add(ushort type, string text) => Add(type, Encoding.UTF8.GetBytes(text + '\0'));

    internal void Add(ushort type, int number)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(value, number);
        Add(type, value);
    }

    internal void Add(ushort type, IpAddress address) => Add(type, address.ToBytes());

    /// <summary>Attributes within an attribute, from here to <see cref="EndNest"/>; some have a fixed part before them.</summary>
    internal Span<byte> BeginNest(ushort type, int fixedSize = 0)
    {
        nests.Push(length);
        Span<byte> whole = Extend(4 + fixedSize);
        BinaryPrimitives.WriteUInt16LittleEndian(whole[2..], type);
        return whole[4..];
    }

    internal void EndNest()
    {
        int start = nests.Pop();
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(start), (ushort)(length - start));
    }

    private void Finish()
    {
        if (message >= 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(message), (uint)(length - message));
            message = -1;
        }
    }

    private Span<byte> Extend(int size)
    {
        int start = length;
        length += NetlinkMessage.Aligned(size);
        if (length > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        }

        return buffer.AsSpan(start, size);
    }
}
