using System.Buffers.Binary;

namespace Wharf.Network.Netlink;

/// <summary>One message: the header's fields, and what follows it.</summary>
internal readonly record struct NetlinkMessage(MessageType Type, AnswerFlags Flags, uint Sequence, ReadOnlyMemory<byte> Body)
{
    internal const int HeaderSize = 16;

    /// <summary>The messages of one datagram.</summary>
    /// <exception cref="NetlinkException">A length that does not fit.</exception>
    internal static IReadOnlyList<NetlinkMessage> Split(ReadOnlyMemory<byte> datagram)
    {
        var messages = new List<NetlinkMessage>();
        while (datagram.Length > 0)
        {
            if (datagram.Length < HeaderSize)
            {
                throw new NetlinkException($"read netlink answer: {datagram.Length} bytes are too few for a header");
            }

            ReadOnlySpan<byte> header = datagram.Span;
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
            if (length < HeaderSize || length > datagram.Length)
            {
                throw new NetlinkException($"read netlink answer: a message of {length} bytes in {datagram.Length}");
            }

            messages.Add(new NetlinkMessage(
                (MessageType)BinaryPrimitives.ReadUInt16LittleEndian(header[4..]),
                (AnswerFlags)BinaryPrimitives.ReadUInt16LittleEndian(header[6..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
                datagram[HeaderSize..(int)length]));

            // The last message needs no padding.
            datagram = datagram[Math.Min(Aligned((int)length), datagram.Length)..];
        }

        return messages;
    }

    /// <summary>Messages and attributes begin at multiples of 4.</summary>
    internal static int Aligned(int length) => (length + 3) & ~3;
}
