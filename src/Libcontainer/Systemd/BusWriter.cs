using System.Buffers.Binary;
using System.Text;

namespace Wharf.Libcontainer.Systemd;

/// <summary>Writes values as D-Bus lays them out, little-endian, each at a multiple of its size: dbus-specification, "Marshaling".</summary>
internal sealed class BusWriter
{
    private readonly List<byte> bytes = [];

    internal int Length => bytes.Count;

    internal byte[] ToArray() => [.. bytes];

    internal void Align(int size)
    {
        while (bytes.Count % size != 0)
        {
            bytes.Add(0);
        }
    }

    internal void Byte(byte value) => bytes.Add(value);

    internal void Number(uint value)
    {
        Align(4);
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        bytes.AddRange(four);
    }

    internal void LongNumber(ulong value)
    {
        Align(8);
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(eight, value);
        bytes.AddRange(eight);
    }

    internal void Text(string value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value);
        Number((uint)text.Length);
        bytes.AddRange(text);
        bytes.Add(0);
    }

    internal void Signature(string value)
    {
        bytes.Add((byte)value.Length);
        bytes.AddRange(Encoding.ASCII.GetBytes(value));
        bytes.Add(0);
    }

    /// <summary>An array: its length in bytes is known when its elements are written.</summary>
    internal void Array(int elementAlignment, Action elements)
    {
        Number(0);
        int place = bytes.Count - 4;
        Align(elementAlignment);
        int start = bytes.Count;
        elements();
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, bytes.Count - start);
        for (int index = 0; index < 4; index++)
        {
            bytes[place + index] = four[index];
        }
    }

    internal void Raw(ReadOnlySpan<byte> value) => bytes.AddRange(value);
}
