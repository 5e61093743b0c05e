namespace Wharf.Ttrpc;

/// <summary>The message of a request frame.</summary>
public sealed record TtrpcRequest(string Service, string Method, byte[] Payload, long TimeoutNanoseconds = 0)
{
    /// <summary>What the caller says of the call, by names in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public static TtrpcRequest Decode(ReadOnlySpan<byte> bytes)
    {
        string service = string.Empty, method = string.Empty;
        byte[] payload = [];
        long timeout = 0;
        List<KeyValuePair<string, string>>? metadata = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: service = reader.Text; break;
                case 2: method = reader.Text; break;
                case 3: payload = reader.Bytes.ToArray(); break;
                case 4: timeout = (long)reader.Number; break;
                case 5: (metadata ??= []).Add(Pair(reader.Bytes)); break;
            }
        }

        return metadata is null ? new TtrpcRequest(service, method, payload, timeout) : new TtrpcRequest(service, method, payload, timeout) { Metadata = metadata };
    }

    /// <summary>Header and message.</summary>
    public byte[] Frame(uint stream, FrameFlags flags = FrameFlags.None)
    {
        ProtoWriter message = new ProtoWriter().Text(1, Service).Text(2, Method).Bytes(3, Payload).Number(4, (ulong)TimeoutNanoseconds);
        foreach ((string name, string value) in Metadata)
        {
            message.Message(5, new ProtoWriter().Text(1, name).Text(2, value));
        }

        return TtrpcFrame.Of(stream, FrameType.Request, message.ToArray(), flags);
    }

    private static KeyValuePair<string, string> Pair(ReadOnlySpan<byte> bytes)
    {
        string name = string.Empty, value = string.Empty;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text; break;
                case 2: value = reader.Text; break;
            }
        }

        return new(name, value);
    }
}
