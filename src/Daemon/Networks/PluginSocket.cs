using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wharf.Daemon.Networks;

/// <summary>
/// A plug-in of docker's older protocol: a program that answers POSTs of JSON on a unix socket or over TCP, found by its name in
/// the folders that docker looks in.
/// </summary>
internal sealed class PluginSocket : IDisposable
{
    private const string MediaType = "application/vnd.docker.plugins.v1.2+json";
    private static readonly string[] SocketFolders = ["/run/docker/plugins"];
    private static readonly string[] SpecFolders = ["/etc/docker/plugins", "/usr/lib/docker/plugins"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient client;
    private readonly string name;

    private PluginSocket(string name, Uri address)
    {
        this.name = name;
        bool isUnix = address.Scheme == "unix";
        var handler = new SocketsHttpHandler();
        if (isUnix)
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.AbsolutePath), cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        client = new HttpClient(handler) { BaseAddress = isUnix ? new Uri("http://plugin/") : new Uri($"http://{address.Authority}/"), Timeout = Patience };
    }

    /// <summary>Null when no folder has one of that name.</summary>
    internal static PluginSocket? Find(string name)
    {
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal) || name.StartsWith('.'))
        {
            return null;
        }

        foreach (string folder in SocketFolders)
        {
            foreach (string path in new[] { Path.Combine(folder, name + ".sock"), Path.Combine(folder, name, name + ".sock") })
            {
                if (File.Exists(path))
                {
                    return new PluginSocket(name, new Uri("unix://" + path));
                }
            }
        }

        foreach (string folder in SpecFolders)
        {
            string path = Path.Combine(folder, name + ".spec");
            if (File.Exists(path) && Uri.TryCreate(File.ReadAllText(path).Trim(), UriKind.Absolute, out Uri? address) && address.Scheme is "unix" or "tcp")
            {
                return new PluginSocket(name, address);
            }
        }

        return null;
    }

    /// <exception cref="EngineException">The plug-in refuses, or does not answer.</exception>
    internal async Task<TAnswer> CallAsync<TRequest, TAnswer>(string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation)
    {
        try
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, requestType));
            content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
            using HttpResponseMessage response = await client.PostAsync(new Uri(method, UriKind.Relative), content, cancellation).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            string fault = Fault(body);
            return response.IsSuccessStatusCode && fault.Length == 0
                ? JsonSerializer.Deserialize(body.Length == 0 ? "{}"u8 : body, answerType) ?? throw new JsonException("null")
                : throw new EngineException(EngineErrorKind.System, $"{method}: {(fault.Length > 0 ? fault : $"status {(int)response.StatusCode}")}");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException || (error is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new EngineException(EngineErrorKind.System, $"{method} of plugin \"{name}\": {error.Message}", error);
        }
    }

    public void Dispose() => client.Dispose();

    private static string Fault(byte[] body)
    {
        if (body.Length == 0)
        {
            return "";
        }

        using JsonDocument document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("Err", out JsonElement fault) && fault.ValueKind == JsonValueKind.String ? fault.GetString() ?? "" : "";
    }
}
