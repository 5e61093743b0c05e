using System.Buffers.Binary;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>A network interface.</summary>
/// <param name="Index">Its number, unique in its namespace.</param>
/// <param name="Master">The number of the bridge that it is a port of; 0 for none.</param>
/// <param name="Peer">Of a veth the number of its other end, in the namespace of that.</param>
/// <param name="Kind">The driver's name: bridge, veth; empty for hardware.</param>
/// <param name="Alias">What its owner wrote about it.</param>
public sealed record Link(int Index, string Name, bool IsUp, int Master, int Peer, int Mtu, string Mac, string Kind, string Alias)
{
    internal const int FixedSize = 16;
    internal const int Up = 1;

    /// <exception cref="NetlinkException">Too short, or an attribute that does not fit.</exception>
    internal static Link Read(ReadOnlyMemory<byte> body)
    {
        AttributeTable attributes = AttributeTable.After(body, FixedSize);
        return new Link(
            BinaryPrimitives.ReadInt32LittleEndian(body.Span[4..]),
            attributes.Text(LinkAttribute.Name) ?? "",
            (BinaryPrimitives.ReadUInt32LittleEndian(body.Span[8..]) & Up) != 0,
            (int)(attributes.Number(LinkAttribute.Master) ?? 0),
            (int)(attributes.Number(LinkAttribute.Peer) ?? 0),
            (int)(attributes.Number(LinkAttribute.Mtu) ?? 0),
            attributes.Bytes(LinkAttribute.Mac) is { Length: MacAddress.Size } mac ? MacAddress.Text(mac.Span) : "",
            attributes.Nested(LinkAttribute.Information)?.Text(LinkAttribute.InformationKind) ?? "",
            attributes.Text(LinkAttribute.Alias) ?? "");
    }
}
