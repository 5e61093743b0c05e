namespace Wharf.EngineApi.Client;

/// <summary>The body of a request: bytes at hand, or a stream that is sent in chunks.</summary>
public sealed class RequestContent
{
    private RequestContent(string type, ReadOnlyMemory<byte> bytes, Stream? stream)
    {
        Type = type;
        Bytes = bytes;
        Stream = stream;
    }

    public string Type { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal Stream? Stream { get; }

    public static RequestContent Json(ReadOnlyMemory<byte> bytes) => new("application/json", bytes, null);

    /// <summary>A tar whose length is not known.</summary>
    public static RequestContent Archive(Stream stream) => new("application/x-tar", default, stream);
}
