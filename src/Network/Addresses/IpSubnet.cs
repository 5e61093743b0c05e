using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wharf.Network.Addresses;

/// <summary>A range of addresses with a common beginning, such as 172.17.0.0/16 or fd00:1::/64.</summary>
public readonly record struct IpSubnet
{
    /// <param name="address">Any address of the subnet.</param>
    /// <param name="length">How many of its leading bits are common: 0 to the family's width.</param>
    public IpSubnet(IpAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.Width);
        Length = length;
        First = address.With(address.Value & ~HostMask(address, length));
    }

    /// <summary>The subnet's own address.</summary>
    public IpAddress First { get; }

    public int Length { get; }

    /// <summary>The broadcast address of IPv4.</summary>
    public IpAddress Last => First.With(First.Value | HostMask(First, Length));

    public bool IsV6 => First.IsV6;

    public static bool TryParse([NotNullWhen(true)] string? text, out IpSubnet subnet)
    {
        bool valid = InterfaceAddress.TryParse(text, out InterfaceAddress address);
        subnet = valid ? address.Subnet : default;
        return valid;
    }

    public bool Contains(IpAddress address) => address.IsV6 == First.IsV6 && (address.Value & ~HostMask(First, Length)) == First.Value;

    /// <summary>Whether all of the other is within this one.</summary>
    public bool Contains(IpSubnet other) => other.Length >= Length && Contains(other.First);

    public bool Overlaps(IpSubnet other) => Contains(other.First) || other.Contains(First);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}/{Length}");

    private static UInt128 HostMask(IpAddress address, int length) => length == address.Width ? 0 : UInt128.MaxValue >> (128 - (address.Width - length));
}
