using Wharf.Network.Addresses;

namespace Wharf.Network.Sandboxes;

/// <summary>A container's link to a network.</summary>
/// <param name="InsideName">The name of the container's end.</param>
/// <param name="Addresses">At most one of each family; without one of IPv6 the link has no IPv6.</param>
/// <param name="Mac">The hardware address of the container's end.</param>
/// <param name="Mtu">In bytes; over a link of the host 0 means as that.</param>
/// <param name="Settings">Names with dots below /proc/sys, and values.</param>
public sealed record Endpoint(string InsideName, IReadOnlyList<InterfaceAddress> Addresses, byte[] Mac, int Mtu, IReadOnlyList<KeyValuePair<string, string>> Settings);
