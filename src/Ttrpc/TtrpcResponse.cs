namespace Wharf.Ttrpc;

/// <summary>The message of a response frame.</summary>
public sealed record TtrpcResponse(TtrpcStatus Status, string Message, byte[] Payload)
{
    public static TtrpcResponse Of(TtrpcException error) => new(error.Status, error.Message, []);

    public static TtrpcResponse Decode(ReadOnlySpan<byte> bytes)
    {
        TtrpcStatus status = TtrpcStatus.Ok;
        string message = string.Empty;
        byte[] payload = [];
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                var inner = new ProtoReader(reader.Bytes);
                while (inner.Next())
                {
                    status = inner.Field == 1 ? (TtrpcStatus)inner.Number : status;
                    message = inner.Field == 2 ? inner.Text : message;
                }
            }
            else if (reader.Field == 2)
            {
                payload = reader.Bytes.ToArray();
            }
        }

        return new TtrpcResponse(status, message, payload);
    }

    public byte[] Frame(uint stream)
    {
        var writer = new ProtoWriter();
        if (Status != TtrpcStatus.Ok)
        {
            writer.Message(1, new ProtoWriter().Number(1, (ulong)Status).Text(2, Message));
        }

        return TtrpcFrame.Of(stream, FrameType.Response, writer.Bytes(2, Payload).ToArray());
    }
}
