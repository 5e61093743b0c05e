using System.Text;

namespace Wharf.Ttrpc;

/// <summary>Reads protobuf fields one after the other; unknown ones are passed over by not asking for them.</summary>
public ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;
    private ReadOnlySpan<byte> value;

    /// <summary>The field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    /// <summary>Its value if it is a number.</summary>
    public ulong Number { get; private set; }

    public readonly bool Flag => Number != 0;

    /// <summary>Its value if it is text, bytes or a message.</summary>
    public readonly ReadOnlySpan<byte> Bytes => value;

    public readonly string Text => Encoding.UTF8.GetString(value);

    /// <summary>False at the end; a malformed message is an error.</summary>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong key = Varint();
        Field = (int)(key >> 3);
        value = default;
        Number = 0;
        switch (key & 7)
        {
            case 0: Number = Varint(); break;
            case 1: value = Take(8); Number = BitConverter.ToUInt64(value); break;
            case 2: value = Take(Varint()); break;
            case 5: value = Take(4); Number = BitConverter.ToUInt32(value); break;
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
            if (rest.IsEmpty)
            {
                throw Malformed();
            }

            byte one = rest[0];
            rest = rest[1..];
            result |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return result;
            }
        }

        throw Malformed();
    }

    private static TtrpcException Malformed() => new(TtrpcStatus.InvalidArgument, "malformed protobuf message");
}
