using System.Buffers.Binary;
using Wharf.Linux;
using Wharf.Network.Addresses;

namespace Wharf.Network.Netlink;

/// <summary>Requests about links.</summary>
internal static class Links
{
    private const ushort NoAutomaticAddress = 1;
    private const ushort Inet6 = 10;

    /// <summary>Null when there is none of that name.</summary>
    internal static Link? Find(RouteSocket socket, string name)
    {
        var batch = new MessageBatch();
        batch.Begin($"look up link \"{name}\"", MessageType.GetLink, MessageFlags.None, Link.FixedSize);
        batch.Add(LinkAttribute.Name, name);
        try
        {
            return socket.Ask(batch).Where(message => message.Type == MessageType.NewLink).Select(message => Link.Read(message.Body)).FirstOrDefault();
        }
        catch (NetlinkException error) when (error.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    internal static void AddBridge(MessageBatch batch, string name, ReadOnlySpan<byte> mac, int mtu)
    {
        Fixed(batch.Begin($"create bridge \"{name}\"", MessageType.NewLink, MessageFlags.Create | MessageFlags.Exclusive, Link.FixedSize), 0, up: false);
        batch.Add(LinkAttribute.Name, name);

        // A bridge without an address of its own would change it with its ports.
        batch.Add(LinkAttribute.Mac, mac);
        batch.Add(LinkAttribute.Mtu, mtu);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, "bridge");
        batch.EndNest();
    }

    /// <summary>One message makes both ends: ours, up and a port of the bridge; the other in another namespace, under its final name.</summary>
    internal static void AddVeth(MessageBatch batch, string name, int master, int mtu, FileDescriptor peerNamespace, string peerName, ReadOnlySpan<byte> peerMac)
    {
        Fixed(batch.Begin($"create veth \"{name}\"", MessageType.NewLink, MessageFlags.Create | MessageFlags.Exclusive, Link.FixedSize), 0, up: true);
        batch.Add(LinkAttribute.Name, name);
        batch.Add(LinkAttribute.Mtu, mtu);
        batch.Add(LinkAttribute.Master, master);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, "veth");
        batch.BeginNest(LinkAttribute.InformationData);
        batch.BeginNest(LinkAttribute.VethPeer, Link.FixedSize);
        batch.Add(LinkAttribute.Name, peerName);
        batch.Add(LinkAttribute.Mac, peerMac);
        batch.Add(LinkAttribute.Mtu, mtu);
        batch.Add(LinkAttribute.Namespace, peerNamespace.Number);
        batch.EndNest();
        batch.EndNest();
        batch.EndNest();
    }

    /// <summary>
    /// A link over one of the host's, made in another namespace under a name of its own choice. <paramref name="kind"/> is macvlan
    /// or ipvlan, whose modes have numbers of their own.
    /// </summary>
    internal static void AddOver(MessageBatch batch, string kind, int parent, int mode, int mtu, FileDescriptor inNamespace, string name, ReadOnlySpan<byte> mac)
    {
        Fixed(batch.Begin($"create {kind} \"{name}\"", MessageType.NewLink, MessageFlags.Create | MessageFlags.Exclusive, Link.FixedSize), 0, up: false);
        batch.Add(LinkAttribute.Name, name);
        batch.Add(LinkAttribute.Parent, parent);
        if (mtu > 0)
        {
            batch.Add(LinkAttribute.Mtu, mtu);
        }

        if (kind == "macvlan")
        {
            batch.Add(LinkAttribute.Mac, mac);
        }

        batch.Add(LinkAttribute.Namespace, inNamespace.Number);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, kind);
        batch.BeginNest(LinkAttribute.InformationData);
        if (kind == "macvlan")
        {
            batch.Add(LinkAttribute.MacvlanMode, mode);
        }
        else
        {
            // 16 bits here, 32 there.
            batch.Add(LinkAttribute.IpvlanMode, [(byte)mode, 0]);
        }

        batch.EndNest();
        batch.EndNest();
    }

    /// <summary>A link that carries what has this VLAN's number on another one.</summary>
    internal static void AddVlan(MessageBatch batch, string name, int parent, ushort number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, number);
        Fixed(batch.Begin($"create vlan \"{name}\"", MessageType.NewLink, MessageFlags.Create | MessageFlags.Exclusive, Link.FixedSize), 0, up: true);
        batch.Add(LinkAttribute.Name, name);
        batch.Add(LinkAttribute.Parent, parent);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, "vlan");
        batch.BeginNest(LinkAttribute.InformationData);
        batch.Add(LinkAttribute.VlanId, bytes);
        batch.EndNest();
        batch.EndNest();
    }

    /// <summary>
    /// A link of a kind that needs no more than a name. Other kinds are refused without their parent, and by a kernel that does not
    /// know them in another way.
    /// </summary>
    internal static void AddPlain(MessageBatch batch, string kind, string name)
    {
        Fixed(batch.Begin($"create {kind} \"{name}\"", MessageType.NewLink, MessageFlags.Create | MessageFlags.Exclusive, Link.FixedSize), 0, up: false);
        batch.Add(LinkAttribute.Name, name);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, kind);
        batch.EndNest();
    }

    /// <summary>All links of the namespace.</summary>
    internal static IReadOnlyList<Link> All(RouteSocket socket) =>
    [
        .. from message in socket.List("list links", MessageType.GetLink, Link.FixedSize, 0)
           where message.Type == MessageType.NewLink
           select Link.Read(message.Body),
    ];

    /// <summary>
    /// How a port of a bridge forwards: <paramref name="isolated"/>, never to another isolated port (Linux 4.18); with
    /// <paramref name="hairpin"/>, back to where a frame came from too, for who calls its own published port.
    /// </summary>
    internal static void SetPort(MessageBatch batch, Link port, bool isolated, bool hairpin)
    {
        const byte bridge = 7;
        Span<byte> part = batch.Begin($"set port of link \"{port.Name}\"", MessageType.SetLink, MessageFlags.None, Link.FixedSize);
        part[0] = bridge;
        BinaryPrimitives.WriteInt32LittleEndian(part[4..], port.Index);
        batch.BeginNest(LinkAttribute.Port | 0x8000);
        batch.Add(LinkAttribute.PortHairpin, [hairpin ? (byte)1 : (byte)0]);
        batch.Add(LinkAttribute.PortIsolated, [isolated ? (byte)1 : (byte)0]);
        batch.EndNest();
    }

    internal static void SetMac(MessageBatch batch, Link link, ReadOnlySpan<byte> mac)
    {
        Fixed(batch.Begin($"set address of link \"{link.Name}\"", MessageType.NewLink, MessageFlags.None, Link.FixedSize), link.Index, up: false);
        batch.Add(LinkAttribute.Mac, mac);
    }

    /// <summary>To another namespace and another name in one step: the new name need not be free here.</summary>
    internal static void Move(MessageBatch batch, Link link, FileDescriptor target, string name)
    {
        Fixed(batch.Begin($"move link \"{link.Name}\"", MessageType.NewLink, MessageFlags.None, Link.FixedSize), link.Index, up: false);
        batch.Add(LinkAttribute.Namespace, target.Number);
        batch.Add(LinkAttribute.Name, name);
    }

    internal static void SetUp(MessageBatch batch, Link link) =>
        Fixed(batch.Begin($"set link \"{link.Name}\" up", MessageType.NewLink, MessageFlags.None, Link.FixedSize), link.Index, up: true);

    /// <summary>By name, so that it may follow the creation in one datagram: the kernel does both before a signal ends the caller.</summary>
    internal static void SetAlias(MessageBatch batch, string name, string alias)
    {
        batch.Begin($"set alias of link \"{name}\"", MessageType.NewLink, MessageFlags.None, Link.FixedSize);
        batch.Add(LinkAttribute.Name, name);
        batch.Add(LinkAttribute.Alias, alias);
    }

    /// <summary>No IPv6 link-local address when it comes up: nothing is announced, and nothing waits for the answer.</summary>
    internal static void SetNoAutomaticAddress(MessageBatch batch, Link link)
    {
        Fixed(batch.Begin($"set address mode of link \"{link.Name}\"", MessageType.NewLink, MessageFlags.None, Link.FixedSize), link.Index, up: false);
        batch.BeginNest(LinkAttribute.Families);
        batch.BeginNest(Inet6);
        batch.Add(LinkAttribute.Inet6AddressMode, [(byte)NoAutomaticAddress]);
        batch.EndNest();
        batch.EndNest();
    }

    internal static void Delete(MessageBatch batch, Link link) =>
        Fixed(batch.Begin($"delete link \"{link.Name}\"", MessageType.DeleteLink, MessageFlags.None, Link.FixedSize), link.Index, up: false);

    private static void Fixed(Span<byte> part, int index, bool up)
    {
        BinaryPrimitives.WriteInt32LittleEndian(part[4..], index);
        if (up)
        {
            BinaryPrimitives.WriteInt32LittleEndian(part[8..], Link.Up);
            BinaryPrimitives.WriteInt32LittleEndian(part[12..], Link.Up);
        }
    }
}
