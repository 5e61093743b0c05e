using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Wharf.Network.Addresses;

/// <summary>An IPv4 or IPv6 address as a number, so that subnets are arithmetic.</summary>
public readonly record struct IpAddress : IComparable<IpAddress>
{
    private const int Size4 = 4;
    private const int Size6 = 16;

    private IpAddress(UInt128 value, bool isV6)
    {
        Value = value;
        IsV6 = isV6;
    }

    public UInt128 Value { get; }

    public bool IsV6 { get; }

    /// <summary>In bits.</summary>
    public int Width => IsV6 ? 128 : 32;

    /// <summary>In bytes.</summary>
    public int Size => IsV6 ? Size6 : Size4;

    public bool IsLoopback => IsV6 ? Value == 1 : Value >> 24 == 127;

    /// <summary>The address that stands for every one.</summary>
    public bool IsAny => Value == 0;

    public static IpAddress V4(uint value) => new(value, false);

    public static IpAddress V6(UInt128 value) => new(value, true);

    /// <summary>Another of the same family.</summary>
    public IpAddress With(UInt128 value) => new(value, IsV6);

    public static bool TryParse([NotNullWhen(true)] string? text, out IpAddress address)
    {
        address = default;
        if (text is null || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal) || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        // IPAddress alone also takes "10.1" and octal numbers.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size6];
        parsed.TryWriteBytes(bytes, out int length);
        address = Read(bytes[..length]);
        return true;
    }

    /// <exception cref="FormatException">No address.</exception>
    public static IpAddress Parse(string text) => TryParse(text, out IpAddress address) ? address : throw new FormatException($"invalid IP address \"{text}\"");

    /// <summary>From network byte order, 4 or 16 bytes.</summary>
    public static IpAddress Read(ReadOnlySpan<byte> bytes) => bytes.Length == Size4
        ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : V6(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>In network byte order: <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Value);
        }
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    public int CompareTo(IpAddress other) => IsV6 == other.IsV6 ? Value.CompareTo(other.Value) : IsV6.CompareTo(other.IsV6);

    public override string ToString() => new IPAddress(ToBytes()).ToString();

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;

    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;

    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;
}
