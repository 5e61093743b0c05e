using System.Text;
using System.Text.Json;

namespace Wharf.EngineApi.Client;

/// <summary>An answer that is no error. Disposing it gives the connection back, or closes it when the body was not read to its end.</summary>
public sealed class EngineResponse : IDisposable
{
    private readonly EngineClient client;
    private readonly ResponseHead head;
    private readonly BodyStream body;
    private Connection? connection;

    internal EngineResponse(EngineClient client, Connection connection, ResponseHead head, string request, bool empty)
    {
        this.client = client;
        this.connection = connection;
        this.head = head;
        body = new BodyStream(connection, head, request, empty);
        Request = request;
    }

    public int Status => head.Status;

    public Stream Body => body;

    /// <summary>Method and route, for messages.</summary>
    public string Request { get; }

    public string? Header(string name) => head[name];

    /// <summary>The whole body; at most so many bytes.</summary>
    public byte[] ReadBytes(int most = int.MaxValue)
    {
        var bytes = new MemoryStream();
        Span<byte> part = stackalloc byte[4096];
        for (int count = body.Read(part); count > 0; count = body.Read(part))
        {
            if (bytes.Length + count > most)
            {
                throw new ProtocolException($"{Request}: the answer is longer than {most} bytes");
            }

            bytes.Write(part[..count]);
        }

        return bytes.ToArray();
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>The body as a document that lives on its own.</summary>
    public JsonElement ReadJson()
    {
        byte[] bytes = ReadBytes();
        try
        {
            return JsonElement.Parse(bytes);
        }
        catch (JsonException error)
        {
            throw new ProtocolException($"{Request}: error reading the answer as JSON: {error.Message}", error);
        }
    }

    /// <summary>Hands the connection out as it is; nobody else uses it then.</summary>
    internal Connection Take()
    {
        Connection taken = connection ?? throw new ObjectDisposedException(nameof(EngineResponse));
        connection = null;
        return taken;
    }

    public void Dispose()
    {
        if (connection is null)
        {
            return;
        }

        if (body.IsComplete && !body.EndsConnection && !head.Closes)
        {
            client.Keep(connection);
        }
        else
        {
            connection.Dispose();
        }

        connection = null;
    }
}
