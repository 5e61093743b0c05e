using System.Text;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// Writes the fields of a protobuf message (proto2). What is null or false is left out: criu reads a missing flag as false.
/// </summary>
internal sealed class ProtobufWriter
{
    private readonly List<byte> bytes = [];

    internal byte[] ToArray() => [.. bytes];

    /// <summary>A number, written also when it is 0; a negative one takes ten bytes, as an int32 of the format does.</summary>
    internal ProtobufWriter Number(int field, long? value)
    {
        if (value is { } number)
        {
            Varint((ulong)field << 3);
            Varint((ulong)number);
        }

        return this;
    }

    internal ProtobufWriter Flag(int field, bool value) => Number(field, value ? 1 : null);

    internal ProtobufWriter Text(int field, string? value) => value is null ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    internal ProtobufWriter Message(int field, ProtobufWriter? value) => value is null ? this : Bytes(field, value.ToArray());

    private ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        bytes.AddRange(value);
        return this;
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
    }
}
