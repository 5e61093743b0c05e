namespace Wharf.Network.Netlink;

/// <summary>Attributes of links: include/uapi/linux/if_link.h.</summary>
internal static class LinkAttribute
{
    internal const ushort Mac = 1;
    internal const ushort Name = 3;
    internal const ushort Mtu = 4;
    internal const ushort Peer = 5;
    internal const ushort Parent = 5;
    internal const ushort Master = 10;
    internal const ushort Port = 12;
    internal const ushort Information = 18;
    internal const ushort Alias = 20;
    internal const ushort Families = 26;
    internal const ushort Namespace = 28;

    internal const ushort InformationKind = 1;
    internal const ushort InformationData = 2;

    internal const ushort PortHairpin = 4;
    internal const ushort PortIsolated = 33;
    internal const ushort VethPeer = 1;
    internal const ushort MacvlanMode = 1;
    internal const ushort IpvlanMode = 1;
    internal const ushort VlanId = 1;

    internal const ushort Inet6AddressMode = 8;
}
