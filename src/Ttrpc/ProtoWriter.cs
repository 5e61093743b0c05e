using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Wharf.Ttrpc;

/// <summary>Writes protobuf fields; what has its default value is left out, as proto3 does.</summary>
public sealed class ProtoWriter
{
    private byte[] bytes = new byte[128];
    private int length;

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();

    public ProtoWriter Number(int field, ulong value)
    {
        if (value != 0)
        {
            Varint((ulong)field << 3);
            Varint(value);
        }

        return this;
    }

    public ProtoWriter Flag(int field, bool value) => Number(field, value ? 1u : 0u);

    public ProtoWriter Text(int field, string? value) => string.IsNullOrEmpty(value) ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A field of bytes; empty ones are left out.</summary>
    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value) => value.IsEmpty ? this : Message(field, value);

    /// <summary>A message, written also when it is empty: it is then there, with defaults.</summary>
    public ProtoWriter Message(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        Reserve(value.Length);
        value.CopyTo(bytes.AsSpan(length));
        length += value.Length;
        return this;
    }

    public ProtoWriter Message(int field, ProtoWriter value) => Message(field, value.bytes.AsSpan(0, value.length));

    /// <summary>fixed64: eight bytes, the lowest first.</summary>
    public ProtoWriter Fixed(int field, ulong value)
    {
        Varint(((ulong)field << 3) | 1);
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(length), value);
        length += 8;
        return this;
    }

    /// <summary>A repeated field of numbers.</summary>
    public ProtoWriter Packed(int field, ReadOnlySpan<ulong> values)
    {
        var packed = new ProtoWriter();
        foreach (ulong value in values)
        {
            packed.Varint(value);
        }

        return packed.length == 0 ? this : Message(field, packed);
    }

    /// <summary>A double, from the text that control files have it in.</summary>
    public ProtoWriter Real(int field, string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || value == 0)
        {
            return this;
        }

        Varint(((ulong)field << 3) | 1);
        Reserve(8);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(length), value);
        length += 8;
        return this;
    }

    /// <summary>google.protobuf.Timestamp.</summary>
    public ProtoWriter Time(int field, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            return this;
        }

        long ticks = (value - DateTimeOffset.UnixEpoch).Ticks;
        return Message(field, new ProtoWriter()
            .Number(1, (ulong)(ticks / TimeSpan.TicksPerSecond))
            .Number(2, (ulong)(ticks % TimeSpan.TicksPerSecond * 100)));
    }

    /// <summary>google.protobuf.Any, with containerd's type names: no host, no slash.</summary>
    public ProtoWriter Any(int field, string type, ReadOnlySpan<byte> value) => Message(field, new ProtoWriter().Text(1, type).Bytes(2, value));

    private void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            bytes[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
    }

    private void Reserve(int more)
    {
        if (length + more > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more));
        }
    }
}
