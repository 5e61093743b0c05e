using System.Globalization;

namespace Wharf.Network.Addresses;

/// <summary>An address as an interface has it: with the length of its subnet, such as 172.17.0.1/16.</summary>
public readonly record struct InterfaceAddress(Ipv4Address Address, int Length)
{
    public Ipv4Subnet Subnet => new(Address, Length);

    /// <exception cref="FormatException">Not ADDRESS/LENGTH.</exception>
    public static InterfaceAddress Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && Ipv4Address.TryParse(parts[0], out Ipv4Address address)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 32
            ? new InterfaceAddress(address, length)
            : throw new FormatException($"invalid CIDR address: {text}");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
