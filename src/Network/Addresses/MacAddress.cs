namespace Wharf.Network.Addresses;

/// <summary>A hardware address.</summary>
public static class MacAddress
{
    public const int Size = 6;

    /// <summary>
    /// 02:42 and the address: locally administered, unique in the subnet, and the same when the address is given again, so that
    /// neighbours that remember it stay right.
    /// </summary>
    public static byte[] Of(Ipv4Address address)
    {
        byte[] mac = [0x02, 0x42, 0, 0, 0, 0];
        address.Write(mac.AsSpan(2));
        return mac;
    }

    public static string Text(ReadOnlySpan<byte> mac) => string.Join(':', mac.ToArray().Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
}
