using System.Buffers.Binary;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>Requests about addresses and routes, IPv4.</summary>
internal static class Routes
{
    private const byte Inet = 2;
    private const int AddressSize = 8;
    private const int RouteSize = 12;
    private const ushort AddressRemote = 1;
    private const ushort AddressLocal = 2;
    private const ushort AddressBroadcast = 4;
    private const ushort RouteDestination = 1;
    private const ushort RouteGateway = 5;
    private const ushort NeighbourMac = 2;

    internal static void AddAddress(MessageBatch batch, Link link, InterfaceAddress address)
    {
        Address(batch, $"add address \"{address}\" to link \"{link.Name}\"", MessageType.NewAddress, MessageFlags.Create | MessageFlags.Exclusive, link, address);
        if (address.Length < 31)
        {
            batch.Add(AddressBroadcast, address.Subnet.Last);
        }
    }

    internal static void DeleteAddress(MessageBatch batch, Link link, InterfaceAddress address) =>
        Address(batch, $"delete address \"{address}\" of link \"{link.Name}\"", MessageType.DeleteAddress, MessageFlags.None, link, address);

    internal static void AddDefaultRoute(MessageBatch batch, Ipv4Address gateway)
    {
        const byte mainTable = 254;
        const byte byBoot = 3;
        const byte unicast = 1;
        Span<byte> part = batch.Begin($"add default route through \"{gateway}\"", MessageType.NewRoute, MessageFlags.Create | MessageFlags.Exclusive, RouteSize);
        part[0] = Inet;
        part[4] = mainTable;
        part[5] = byBoot;
        part[7] = unicast;
        batch.Add(RouteGateway, gateway);
    }

    /// <summary>
    /// Tells a bridge behind which port a hardware address is. An address that is given again has its old port until the kernel
    /// has taken the old namespace away: what is sent meanwhile would be lost. The entry goes with the port.
    /// </summary>
    internal static void SetPort(MessageBatch batch, Link port, ReadOnlySpan<byte> mac)
    {
        const byte bridge = 7;

        // Static (NUD_NOARP): the kernel refuses any other while the port has not noticed yet that it is up.
        const byte fixedEntry = 0x40;
        const byte master = 4;
        Span<byte> part = batch.Begin($"set port of link \"{port.Name}\"", MessageType.NewNeighbour, MessageFlags.Create | MessageFlags.Replace, 12);
        part[0] = bridge;
        BinaryPrimitives.WriteInt32LittleEndian(part[4..], port.Index);
        part[8] = fixedEntry;
        part[10] = master;
        batch.Add(NeighbourMac, mac);
    }

    /// <summary>All addresses of the namespace, with the numbers of their links.</summary>
    internal static IReadOnlyList<(int Link, InterfaceAddress Address)> Addresses(RouteSocket socket) =>
    [
        .. from message in socket.List("list addresses", MessageType.GetAddress, AddressSize, Inet)
           where message.Type == MessageType.NewAddress
           let found = ReadAddress(message.Body)
           where found is not null
           select found.Value,
    ];

    /// <summary>Destinations that the namespace has routes for, the default route left out.</summary>
    internal static IReadOnlyList<Ipv4Subnet> Destinations(RouteSocket socket) =>
    [
        .. from message in socket.List("list routes", MessageType.GetRoute, RouteSize, Inet)
           where message.Type == MessageType.NewRoute
           let found = ReadDestination(message.Body)
           where found is not null
           select found.Value,
    ];

    /// <summary>Null for what is not IPv4.</summary>
    internal static (int Link, InterfaceAddress Address)? ReadAddress(ReadOnlyMemory<byte> body)
    {
        AttributeTable attributes = AttributeTable.After(body, AddressSize);
        return body.Span[0] == Inet && body.Span[1] <= 32 && (attributes.Address(AddressLocal) ?? attributes.Address(AddressRemote)) is { } address
            ? (BinaryPrimitives.ReadInt32LittleEndian(body.Span[4..]), new InterfaceAddress(address, body.Span[1]))
            : null;
    }

    /// <summary>Null for the default route and what is not IPv4.</summary>
    internal static Ipv4Subnet? ReadDestination(ReadOnlyMemory<byte> body)
    {
        AttributeTable attributes = AttributeTable.After(body, RouteSize);
        return body.Span[0] == Inet && body.Span[1] is > 0 and <= 32 && attributes.Address(RouteDestination) is { } destination
            ? new Ipv4Subnet(destination, body.Span[1])
            : null;
    }

    private static void Address(MessageBatch batch, string step, MessageType type, MessageFlags flags, Link link, InterfaceAddress address)
    {
        Span<byte> part = batch.Begin(step, type, flags, AddressSize);
        part[0] = Inet;
        part[1] = (byte)address.Length;
        BinaryPrimitives.WriteInt32LittleEndian(part[4..], link.Index);
        batch.Add(AddressLocal, address.Address);
        batch.Add(AddressRemote, address.Address);
    }
}
