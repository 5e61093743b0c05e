using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Wharf.EngineApi.Client;

/// <summary>
/// The Engine API over HTTP/1.1. The first request names no version, which every engine answers in its own newest one and says
/// which that is; later ones name the newest that both know. So a command costs no round trip for negotiation.
/// </summary>
public sealed class EngineClient : IDisposable
{
    /// <summary>The newest version of the API that this client knows.</summary>
    public const string NewestVersion = "1.56";

    private const int MostErrorBytes = 1024 * 1024;
    private readonly EngineAddress address;
    private readonly Connector connector;
    private readonly Lock gate = new();
    private readonly IReadOnlyList<(string Name, string Value)> headers;
    private Connection? idle;

    /// <param name="address">Where the engine listens.</param>
    /// <param name="tls">How a TCP connection is protected; null: not at all.</param>
    /// <param name="version">A version that is used without negotiation.</param>
    /// <param name="dial">How a connection is opened where it is no socket of this machine; the client owns what it returns.</param>
    /// <param name="headers">Sent with every request.</param>
    public EngineClient(EngineAddress address, TlsSettings? tls = null, string? version = null, Func<Socket>? dial = null, IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        this.address = address;
        this.headers = headers ?? [];
        connector = new Connector(address, tls, dial);
        Version = string.IsNullOrEmpty(version) ? null : version;
        IsPinned = Version is not null;
    }

    public EngineAddress Address => address;

    /// <summary>Told of every answer: method and route, the moment (of Stopwatch) when the request began, the answer.</summary>
    public Action<string, long, EngineResponse>? Observer { get; set; }

    public bool IsPinned { get; }

    /// <summary>The version that is spoken, known after the first answer.</summary>
    public string? Version { get; private set; }

    /// <exception cref="EngineException">The engine answered with an error.</exception>
    /// <exception cref="UnreachableException">There is no engine.</exception>
    /// <exception cref="ProtocolException">The answer makes no sense, or was cut off.</exception>
    public EngineResponse Send(string method, string route, RequestContent? content = null, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        long begun = Observer is null ? 0 : System.Diagnostics.Stopwatch.GetTimestamp();
        bool mayRepeat = method is "GET" or "HEAD";
        while (true)
        {
            Connection connection = Rent(method, route);
            bool used = connection.Used;
            EngineResponse? response = null;
            try
            {
                response = Exchange(connection, method, route, content, headers);
            }
            catch (IOException) when (used && mayRepeat)
            {
                // Kept open too long: the engine closed it while the request was under way.
            }
            catch (IOException error) when (!used && connection.Refusal(error) is { } refusal)
            {
                throw new UnreachableException(string.Format(CultureInfo.InvariantCulture, refusal, Describe(method, route)), error);
            }
            finally
            {
                if (response is null)
                {
                    connection.Dispose();
                }
            }

            if (response is not null)
            {
                Observer?.Invoke($"{method} {route}", begun, response);
                return response.Status is >= 200 and < 400 or 101 ? response : throw Failure(response);
            }
        }
    }

    /// <summary>Sends a request that turns its connection into a raw stream: with the answer 101, or with the older 200.</summary>
    public HijackedStream Hijack(string route, RequestContent? content = null)
    {
        using EngineResponse response = Send("POST", route, content, ("Connection", "Upgrade"), ("Upgrade", "tcp"));
        return new HijackedStream(response.Take());
    }

    /// <summary>Whether the engine offers what may still change; an engine that does not answer is not judged.</summary>
    public bool HasExperiments()
    {
        try
        {
            using EngineResponse response = Send("HEAD", "/_ping");
            return response.Header("Docker-Experimental") == "true";
        }
        catch (UnreachableException)
        {
            return true;
        }
    }

    /// <summary>The version that is spoken, asked for when no answer has told it yet.</summary>
    public string Negotiate()
    {
        if (Version is null)
        {
            Send("HEAD", "/_ping").Dispose();
        }

        return Version ?? NewestVersion;
    }

    /// <summary>A connection to the engine on which nothing has been said yet.</summary>
    public HijackedStream Dial() => new(connector.Open("dial"));

    public void Dispose()
    {
        idle?.Dispose();
        idle = null;
    }

    internal void Keep(Connection connection)
    {
        connection.Used = true;
        lock (gate)
        {
            (idle, connection) = (connection, idle!);
        }

        connection?.Dispose();
    }

    private Connection Rent(string method, string route)
    {
        Connection? kept;
        lock (gate)
        {
            kept = idle;
            idle = null;
        }

        if (kept is not null)
        {
            if (kept.IsFresh)
            {
                return kept;
            }

            kept.Dispose();
        }

        return connector.Open(Describe(method, route));
    }

    /// <summary>The request as Go's client names it.</summary>
    private string Describe(string method, string route) =>
        $"{method[..1]}{method[1..].ToLowerInvariant()} \"{connector.Scheme}://{Host}{Path(route)}\"";

    private string Host =>
        address.Path is not null ? "api.moby.localhost"
        : address.Remote is not null ? "docker.example.com"
        : address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]:{address.Port.ToString(CultureInfo.InvariantCulture)}"
        : $"{address.Host}:{address.Port.ToString(CultureInfo.InvariantCulture)}";

    private string Path(string route) =>
        Version is { } version && !route.StartsWith("/_ping", StringComparison.Ordinal) ? $"{address.Prefix}/v{version}{route}" : address.Prefix + route;

    private EngineResponse Exchange(Connection connection, string method, string route, RequestContent? content, ReadOnlySpan<(string Name, string Value)> headers)
    {
        string request = $"{method} {route}";
        WriteRequest(connection, method, route, content, headers);
        ResponseHead? head;
        do
        {
            head = ResponseHead.Read(connection, request) ?? throw new ProtocolException($"{request}: EOF: connection closed before an answer");
        }
        while (head.Status is >= 100 and < 200 and not 101);
        Learn(head);
        return new EngineResponse(this, connection, head, request, method == "HEAD" || head.Status is 204 or 304 or 101);
    }

    private void WriteRequest(Connection connection, string method, string route, RequestContent? content, ReadOnlySpan<(string Name, string Value)> headers)
    {
        var head = new StringBuilder(256);
        head.Append(method).Append(' ').Append(Path(route)).Append(" HTTP/1.1\r\nHost: ").Append(Host).Append("\r\nUser-Agent: Wharf-Client (linux)\r\n");
        foreach ((string name, string value) in this.headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        foreach ((string name, string value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (content is not null)
        {
            head.Append("Content-Type: ").Append(content.Type).Append("\r\n");
        }

        if (content?.Stream is not null)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (method != "GET" && method != "HEAD")
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {content?.Bytes.Length ?? 0}\r\n");
        }

        head.Append("\r\n");
        byte[] bytes = new byte[head.Length + (content?.Bytes.Length ?? 0)];
        Encoding.Latin1.GetBytes(head.ToString(), bytes);
        content?.Bytes.Span.CopyTo(bytes.AsSpan(head.Length));
        connection.Write(bytes);
        if (content?.Stream is { } stream)
        {
            WriteChunks(connection, stream);
        }
    }

    private static void WriteChunks(Connection connection, Stream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
            {
                connection.Write(Encoding.ASCII.GetBytes(count.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
                connection.Write(buffer.AsSpan(0, count));
                connection.Write("\r\n"u8);
            }

            connection.Write("0\r\n\r\n"u8);
        }
        catch (IOException) when (!connection.IsFresh)
        {
            // The engine has answered before it took all of it: its answer says why.
        }
    }

    private void Learn(ResponseHead head)
    {
        if (Version is null && head["Api-Version"] is { Length: > 0 } theirs)
        {
            Version = ApiVersion.Older(theirs, NewestVersion);
        }
    }

    private static EngineException Failure(EngineResponse response)
    {
        using (response)
        {
            string text = Encoding.UTF8.GetString(response.ReadBytes(MostErrorBytes)).Trim();
            string message = text;
            if (response.Header("Content-Type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true)
            {
                try
                {
                    using JsonDocument document = JsonDocument.Parse(text);
                    message = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out JsonElement words)
                        ? words.ToString().Trim()
                        : text;
                }
                catch (JsonException)
                {
                    // Its words are all there is.
                }
            }

            return new EngineException(
                response.Status,
                message.Length > 0 ? message : $"request returned {response.Status.ToString(CultureInfo.InvariantCulture)} for API route {response.Request}, check if the server supports the requested API version");
        }
    }
}
