using Wharf.Network.Addresses;

namespace Wharf.Network.Bridges;

/// <summary>What a bridge should be.</summary>
/// <param name="Name">The link's name, made when there is none.</param>
/// <param name="Owner">Who makes it, and for what: marks it as one that may be changed and taken away again.</param>
/// <param name="Addresses">The addresses that it must have, at most one of each family; none of a family: any.</param>
/// <param name="Mtu">Of the bridge when it is made, bytes.</param>
/// <param name="Inet6">Whether it has IPv6 at all.</param>
/// <param name="Loopback">Whether what the host's own loopback sends may come to it: for published ports.</param>
public sealed record BridgeRequest(string Name, string Owner, IReadOnlyList<InterfaceAddress> Addresses, int Mtu, bool Inet6 = false, bool Loopback = false)
{
    private const int LongestName = 15;

    /// <summary>Names that a link can have, and that need no quoting in a firewall rule.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');
}
