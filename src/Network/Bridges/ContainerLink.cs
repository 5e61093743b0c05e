using Wharf.Network.Addresses;

namespace Wharf.Network.Bridges;

/// <summary>A container's link to a bridge.</summary>
/// <param name="HostName">The name of the host's end.</param>
/// <param name="Mac">The hardware address of the container's end; null: one made from its address.</param>
public sealed record ContainerLink(string HostName, InterfaceAddress Address, Ipv4Address Gateway, int Mtu, byte[]? Mac = null)
{
    /// <summary>The name of the container's end.</summary>
    public const string InsideName = "eth0";
}
