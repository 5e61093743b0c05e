using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wharf.Network.Addresses;

/// <summary>An address as an interface has it: with the length of its subnet, such as 172.17.0.1/16.</summary>
public readonly record struct InterfaceAddress(IpAddress Address, int Length)
{
    public IpSubnet Subnet => new(Address, Length);

    public static bool TryParse([NotNullWhen(true)] string? text, out InterfaceAddress address)
    {
        string[] parts = text?.Split('/') ?? [];
        if (parts.Length == 2 && IpAddress.TryParse(parts[0], out IpAddress one)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= one.Width)
        {
            address = new InterfaceAddress(one, length);
            return true;
        }

        address = default;
        return false;
    }

    /// <exception cref="FormatException">Not ADDRESS/LENGTH.</exception>
    public static InterfaceAddress Parse(string text) => TryParse(text, out InterfaceAddress address) ? address : throw new FormatException($"invalid CIDR address: {text}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
