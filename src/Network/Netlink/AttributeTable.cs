using System.Buffers.Binary;
using System.Text;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>The attributes of a message, by type; of equal ones the last. A value that is shorter than what is asked for counts as absent.</summary>
internal sealed class AttributeTable
{
    private const int HeaderSize = 4;
    private const ushort TypeMask = 0x3fff;
    private readonly Dictionary<ushort, ReadOnlyMemory<byte>> values = [];

    private AttributeTable()
    {
    }

    /// <summary>What follows a message's fixed part of a size.</summary>
    /// <exception cref="NetlinkException">A length that does not fit.</exception>
    internal static AttributeTable After(ReadOnlyMemory<byte> body, int fixedSize)
    {
        return body.Length < fixedSize
            ? throw new NetlinkException($"read netlink answer: {body.Length} bytes of {fixedSize}")
            : Of(body[fixedSize..]);
    }

    /// <inheritdoc cref="After"/>
    internal static AttributeTable Of(ReadOnlyMemory<byte> bytes)
    {
        var table = new AttributeTable();
        while (bytes.Length >= HeaderSize)
        {
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span);
            if (length < HeaderSize || length > bytes.Length)
            {
                throw new NetlinkException($"read netlink answer: an attribute of {length} bytes in {bytes.Length}");
            }

            ushort type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[2..]) & TypeMask);
            table.values[type] = bytes[HeaderSize..length];
            bytes = bytes[Math.Min(NetlinkMessage.Aligned(length), bytes.Length)..];
        }

        return table;
    }

    internal ReadOnlyMemory<byte>? Bytes(ushort type) => values.TryGetValue(type, out ReadOnlyMemory<byte> value) ? value : null;

    internal uint? Number(ushort type) => Bytes(type) is { Length: >= 4 } value ? BinaryPrimitives.ReadUInt32LittleEndian(value.Span) : null;

    internal IpAddress? Address(ushort type) => Bytes(type) is { Length: 4 or 16 } value ? IpAddress.Read(value.Span) : null;

    /// <summary>Up to the first zero byte.</summary>
    internal string? Text(ushort type)
    {
        if (Bytes(type) is not { } value)
        {
            return null;
        }

        int end = value.Span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value.Span : value.Span[..end]);
    }

    internal AttributeTable? Nested(ushort type) => Bytes(type) is { } value ? Of(value) : null;
}
