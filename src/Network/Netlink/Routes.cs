using System.Buffers.Binary;
using Wharf.Linux;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>Requests about addresses and routes of both families.</summary>
internal static class Routes
{
    private const byte Inet = 2;
    private const byte Inet6 = 10;
    private const int AddressSize = 8;
    private const int RouteSize = 12;
    private const byte MainTable = 254;
    private const byte ByBoot = 3;
    private const byte Unicast = 1;
    private const byte LinkScope = 253;
    private const ushort AddressRemote = 1;
    private const ushort AddressLocal = 2;
    private const ushort AddressBroadcast = 4;
    private const ushort RouteDestination = 1;
    private const ushort RouteDevice = 4;
    private const ushort RouteGateway = 5;
    private const ushort NeighbourMac = 2;

    internal static void AddAddress(MessageBatch batch, Link link, InterfaceAddress address)
    {
        Address(batch, $"add address \"{address}\" to link \"{link.Name}\"", MessageType.NewAddress, MessageFlags.Create | MessageFlags.Exclusive, link, address);
        if (!address.Address.IsV6 && address.Length < 31)
        {
            batch.Add(AddressBroadcast, address.Subnet.Last);
        }
    }

    internal static void DeleteAddress(MessageBatch batch, Link link, InterfaceAddress address) =>
        Address(batch, $"delete address \"{address}\" of link \"{link.Name}\"", MessageType.DeleteAddress, MessageFlags.None, link, address);

    /// <summary>The default route of the gateway's family, in the place of the one that may be there.</summary>
    internal static void SetDefaultRoute(MessageBatch batch, Link link, IpAddress gateway)
    {
        Span<byte> part = Route(batch.Begin($"set default route through \"{gateway}\"", MessageType.NewRoute, MessageFlags.Create | MessageFlags.Replace, RouteSize), gateway.IsV6);
        part[5] = ByBoot;
        part[7] = Unicast;
        batch.Add(RouteDevice, link.Index);
        batch.Add(RouteGateway, gateway);
    }

    /// <summary>A default route straight onto a link, for links that know no gateway.</summary>
    internal static void SetDefaultRoute(MessageBatch batch, Link link, bool isV6)
    {
        Span<byte> part = Route(batch.Begin($"set default route through link \"{link.Name}\"", MessageType.NewRoute, MessageFlags.Create | MessageFlags.Replace, RouteSize), isV6);
        part[5] = ByBoot;
        part[6] = isV6 ? (byte)0 : LinkScope;
        part[7] = Unicast;
        batch.Add(RouteDevice, link.Index);
    }

    internal static void AddRoute(MessageBatch batch, Link link, IpSubnet destination, IpAddress? gateway)
    {
        Span<byte> part = Route(batch.Begin($"add route to \"{destination}\"", MessageType.NewRoute, MessageFlags.Create | MessageFlags.Replace, RouteSize), destination.IsV6);
        part[1] = (byte)destination.Length;
        part[5] = ByBoot;
        part[6] = gateway is null && !destination.IsV6 ? LinkScope : (byte)0;
        part[7] = Unicast;
        batch.Add(RouteDestination, destination.First);
        batch.Add(RouteDevice, link.Index);
        if (gateway is { } through)
        {
            batch.Add(RouteGateway, through);
        }
    }

    internal static void DeleteDefaultRoute(MessageBatch batch, bool isV6) =>
        Route(batch.Begin("delete default route", MessageType.DeleteRoute, MessageFlags.None, RouteSize), isV6);

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

    /// <summary>All addresses of the namespace, with the numbers of their links; link-local ones of IPv6 left out.</summary>
    internal static IReadOnlyList<(int Link, InterfaceAddress Address)> Addresses(RouteSocket socket) =>
    [
        .. from message in socket.List("list addresses", MessageType.GetAddress, AddressSize, 0)
           where message.Type == MessageType.NewAddress
           let found = ReadAddress(message.Body)
           where found is not null && !(found.Value.Address.Address.IsV6 && found.Value.Address.Address.Value >> 118 == 0x3fa)
           select found.Value,
    ];

    /// <summary>Destinations that the namespace has routes for; default routes, local ones and link-local ones left out.</summary>
    internal static IReadOnlyList<IpSubnet> Destinations(RouteSocket socket) => [.. Destinations(socket, Inet), .. Destinations(socket, Inet6)];

    private static IEnumerable<IpSubnet> Destinations(RouteSocket socket, byte family) =>
        from message in socket.List("list routes", MessageType.GetRoute, RouteSize, family)
        where message.Type == MessageType.NewRoute
        let found = ReadDestination(message.Body)
        where found is not null
        select found.Value;

    /// <summary>Null for what is of another family.</summary>
    internal static (int Link, InterfaceAddress Address)? ReadAddress(ReadOnlyMemory<byte> body)
    {
        AttributeTable attributes = AttributeTable.After(body, AddressSize);
        return body.Span[0] is Inet or Inet6 && (attributes.Address(AddressLocal) ?? attributes.Address(AddressRemote)) is { } address && address.IsV6 == (body.Span[0] == Inet6) && body.Span[1] <= address.Width
            ? (BinaryPrimitives.ReadInt32LittleEndian(body.Span[4..]), new InterfaceAddress(address, body.Span[1]))
            : null;
    }

    /// <summary>Null for default routes, those of the host's own addresses, multicast and link-local ones, and what is of another family.</summary>
    internal static IpSubnet? ReadDestination(ReadOnlyMemory<byte> body)
    {
        AttributeTable attributes = AttributeTable.After(body, RouteSize);
        return body.Span[0] is Inet or Inet6 && body.Span[1] > 0 && attributes.Address(RouteDestination) is { } destination && destination.IsV6 == (body.Span[0] == Inet6) && body.Span[1] <= destination.Width
            && !(destination.IsV6 && (destination.Value >> 118 == 0x3fa || destination.Value >> 120 == 0xff))
            ? new IpSubnet(destination, body.Span[1])
            : null;
    }

    private static Span<byte> Route(Span<byte> part, bool isV6)
    {
        part[0] = isV6 ? Inet6 : Inet;
        part[4] = MainTable;
        return part;
    }

    private static void Address(MessageBatch batch, string step, MessageType type, MessageFlags flags, Link link, InterfaceAddress address)
    {
        // Nobody else on a network of ours has the address: not to ask first makes it usable at once (IFA_F_NODAD).
        const byte noDuplicateDetection = 2;
        Span<byte> part = batch.Begin(step, type, flags, AddressSize);
        part[0] = address.Address.IsV6 ? Inet6 : Inet;
        part[1] = (byte)address.Length;
        part[2] = address.Address.IsV6 ? noDuplicateDetection : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(part[4..], link.Index);
        batch.Add(AddressLocal, address.Address);
        batch.Add(AddressRemote, address.Address);
    }
}
