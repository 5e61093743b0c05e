using System.Globalization;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Configuration;

/// <summary>Where networks' subnets come from: --default-address-pool base=SUBNET,size=LENGTH.</summary>
internal static class AddressPools
{
    /// <exception cref="FormatException">Not of that form.</exception>
    internal static (IpSubnet Base, int Length) Parse(string text)
    {
        Dictionary<string, string> parts = text.Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0].Trim(), part => part[1].Trim());
        return parts.TryGetValue("base", out string? pool) && IpSubnet.TryParse(pool, out IpSubnet subnet)
            && parts.TryGetValue("size", out string? size) && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length >= subnet.Length && length <= subnet.First.Width - 2
            ? (subnet, length)
            : throw new FormatException($"invalid address pool \"{text}\": base=SUBNET,size=LENGTH is wanted");
    }
}
