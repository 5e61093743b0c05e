using Wharf.Network.Addresses;

namespace Wharf.Network.Bridges;

/// <summary>What a bridge should be.</summary>
/// <param name="Name">The link's name, made when there is none.</param>
/// <param name="Address">The address it must have; null for any.</param>
/// <param name="Remembered">The address that it had last time, taken again when nothing else speaks for another.</param>
/// <param name="Mtu">Of the bridge when it is made, and of the containers' links.</param>
/// <param name="Firewall">Whether the firewall is ours to write.</param>
/// <param name="Masquerade">Whether what leaves the bridge gets the host's address.</param>
/// <param name="Forward">Whether the host is made to forward.</param>
public sealed record BridgeRequest(string Name, InterfaceAddress? Address, InterfaceAddress? Remembered, int Mtu, bool Firewall, bool Masquerade, bool Forward)
{
    private const int LongestName = 15;

    /// <summary>Names that a link can have, and that need no quoting in a firewall rule.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');
}
