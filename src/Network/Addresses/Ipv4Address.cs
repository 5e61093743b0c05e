using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Wharf.Network.Addresses;

/// <summary>An IPv4 address as a number, so that subnets are arithmetic.</summary>
public readonly record struct Ipv4Address(uint Value) : IComparable<Ipv4Address>
{
    public const int Size = 4;

    public static bool TryParse([NotNullWhen(true)] string? text, out Ipv4Address address)
    {
        // IPAddress alone also takes "10.1" and octal numbers.
        bool plain = text is not null && text.Count(letter => letter == '.') == 3 && text.All(letter => char.IsAsciiDigit(letter) || letter == '.');
        if (plain && IPAddress.TryParse(text, out IPAddress? parsed) && parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() == text)
        {
            Span<byte> bytes = stackalloc byte[Size];
            parsed.TryWriteBytes(bytes, out _);
            address = Read(bytes);
            return true;
        }

        address = default;
        return false;
    }

    /// <exception cref="FormatException">Not four numbers with dots.</exception>
    public static Ipv4Address Parse(string text) => TryParse(text, out Ipv4Address address) ? address : throw new FormatException($"invalid IPv4 address \"{text}\"");

    /// <summary>From network byte order.</summary>
    public static Ipv4Address Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>In network byte order.</summary>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);

    public int CompareTo(Ipv4Address other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value >> 24}.{(Value >> 16) & 255}.{(Value >> 8) & 255}.{Value & 255}");

    public static bool operator <(Ipv4Address left, Ipv4Address right) => left.Value < right.Value;

    public static bool operator >(Ipv4Address left, Ipv4Address right) => left.Value > right.Value;

    public static bool operator <=(Ipv4Address left, Ipv4Address right) => left.Value <= right.Value;

    public static bool operator >=(Ipv4Address left, Ipv4Address right) => left.Value >= right.Value;
}
