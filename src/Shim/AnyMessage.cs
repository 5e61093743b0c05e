using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>google.protobuf.Any: a type's name and a message of it.</summary>
internal readonly record struct AnyMessage(string Type, byte[] Value)
{
    internal static AnyMessage Decode(ReadOnlySpan<byte> bytes)
    {
        string type = "";
        byte[] value = [];
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type = reader.Text; break;
                case 2: value = reader.Bytes.ToArray(); break;
            }
        }

        return new AnyMessage(type, value);
    }

    /// <summary>Names of one type may come with a host and without.</summary>
    internal bool Is(string name) => Type == name || Type.EndsWith("/" + name, StringComparison.Ordinal);
}
