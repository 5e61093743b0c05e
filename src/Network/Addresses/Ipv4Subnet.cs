using System.Globalization;

namespace Wharf.Network.Addresses;

/// <summary>A range of addresses with a common beginning, such as 172.17.0.0/16.</summary>
public readonly record struct Ipv4Subnet
{
    /// <param name="address">Any address of the subnet.</param>
    /// <param name="length">How many of its leading bits are common: 0 to 32.</param>
    public Ipv4Subnet(Ipv4Address address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 32);
        Length = length;
        First = new Ipv4Address(address.Value & Mask);
    }

    /// <summary>The subnet's own address.</summary>
    public Ipv4Address First { get; }

    public int Length { get; }

    /// <summary>The broadcast address.</summary>
    public Ipv4Address Last => new(First.Value | ~Mask);

    private uint Mask => Length == 0 ? 0 : uint.MaxValue << (32 - Length);

    public bool Contains(Ipv4Address address) => (address.Value & Mask) == First.Value;

    public bool Overlaps(Ipv4Subnet other) => Contains(other.First) || other.Contains(First);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}/{Length}");
}
