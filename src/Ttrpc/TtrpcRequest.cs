namespace Wharf.Ttrpc;

/// <summary>The message of a request frame.</summary>
public sealed record TtrpcRequest(string Service, string Method, byte[] Payload, long TimeoutNanoseconds = 0)
{
    public static TtrpcRequest Decode(ReadOnlySpan<byte> bytes)
    {
        string service = string.Empty, method = string.Empty;
        byte[] payload = [];
        long timeout = 0;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: service = reader.Text; break;
                case 2: method = reader.Text; break;
                case 3: payload = reader.Bytes.ToArray(); break;
                case 4: timeout = (long)reader.Number; break;
            }
        }

        return new TtrpcRequest(service, method, payload, timeout);
    }

    /// <summary>Header and message.</summary>
    public byte[] Frame(uint stream, FrameFlags flags = FrameFlags.None) => TtrpcFrame.Of(
        stream,
        FrameType.Request,
        new ProtoWriter().Text(1, Service).Text(2, Method).Bytes(3, Payload).Number(4, (ulong)TimeoutNanoseconds).ToArray(),
        flags);
}
