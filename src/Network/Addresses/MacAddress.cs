using System.Security.Cryptography;

namespace Wharf.Network.Addresses;

/// <summary>A hardware address.</summary>
public static class MacAddress
{
    public const int Size = 6;

    /// <summary>
    /// 02:42 and the address's last four bytes: locally administered, unique in the subnet, and the same when the address is given again, so that
    /// neighbours that remember it stay right.
    /// </summary>
    public static byte[] Of(IpAddress address)
    {
        byte[] mac = [0x02, 0x42, 0, 0, 0, 0];
        address.ToBytes().AsSpan(address.Size - 4).CopyTo(mac.AsSpan(2));
        return mac;
    }

    /// <summary>A locally administered one of nobody else.</summary>
    public static byte[] Random()
    {
        byte[] mac = RandomNumberGenerator.GetBytes(Size);
        mac[0] = (byte)((mac[0] & 0xfe) | 2);
        return mac;
    }

    public static string Text(ReadOnlySpan<byte> mac) => string.Join(':', mac.ToArray().Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Six pairs of hexadecimal digits with colons or dashes between; null for anything else.</summary>
    public static byte[]? Parse(string text)
    {
        string[] parts = text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        return parts.Length == Size && parts.All(part => part.Length == 2 && part.All(char.IsAsciiHexDigit))
            ? [.. parts.Select(part => byte.Parse(part, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture))]
            : null;
    }
}
