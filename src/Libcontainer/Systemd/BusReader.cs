using System.Buffers.Binary;
using System.Text;

namespace Wharf.Libcontainer.Systemd;

/// <summary>Reads what <see cref="BusWriter"/> writes. What ends too early is an error.</summary>
internal sealed class BusReader(ReadOnlyMemory<byte> bytes)
{
    private int position;

    internal bool AtEnd => position >= bytes.Length;

    internal void Align(int size) => position = (position + size - 1) / size * size;

    internal byte Byte() => Take(1)[0];

    internal uint Number()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    internal string Text()
    {
        int length = checked((int)Number());
        string text = Encoding.UTF8.GetString(Take(length));
        Take(1);
        return text;
    }

    internal string Signature()
    {
        string text = Encoding.ASCII.GetString(Take(Byte()));
        Take(1);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || position > bytes.Length - count)
        {
            throw new ContainerException("systemd: a message ends too early");
        }

        position += count;
        return bytes.Span[(position - count)..position];
    }
}
