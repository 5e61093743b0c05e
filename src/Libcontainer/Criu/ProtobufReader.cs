using System.Text;

namespace Wharf.Libcontainer.Criu;

/// <summary>Reads the fields of a protobuf message one after the other; those that nobody asks for are passed over.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes, string operand)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>The field that <see cref="Next"/> came to.</summary>
    internal int Field { get; private set; }

    /// <summary>Its value if it is a number.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Its value if it is text or a message.</summary>
    internal ReadOnlySpan<byte> Bytes { get; private set; }

    internal readonly bool Flag => Number != 0;

    internal readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>False at the end; a malformed message is an error.</summary>
    internal bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong key = Varint();
        Field = (int)(key >> 3);
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0: Number = Varint(); break;
            case 1: Bytes = Take(8); break;
            case 2: Bytes = Take(Varint()); break;
            case 5: Bytes = Take(4); break;
            default: throw Malformed();
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw Malformed();
        }

        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong result = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte one = Take(1)[0];
            result |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return result;
            }
        }

        throw Malformed();
    }

    private readonly ContainerException Malformed() => new($"{operand}: malformed protobuf message");
}
