using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Wharf.Daemon.Http;

namespace Wharf.Daemon.Security;

/// <summary>
/// Asks authorization plugins, each in its turn, whether a request may be served: docker's AuthZ protocol over the plugins' unix sockets.
/// They see the body of every request (CVE-2024-41110, CVE-2026-34040): one that is too large to be shown is refused, not passed by.
/// They see the answer too before it is sent: documents as a whole, of streams status and headers. A connection that is taken over
/// (attach, exec) has no answer to show.
/// </summary>
internal sealed class AuthorizationPlugins : IDisposable
{
    /// <summary>The largest body that is shown to plugins.</summary>
    internal const int LargestBody = 4 << 20;

    private const int LargestAnswer = 1 << 20;
    private static readonly string[] Secret = ["X-Registry-Auth", "X-Registry-Config"];
    private static readonly string[] Folders = ["/run/docker/plugins", "/run/wharf/plugins"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string[]? folders;
    private volatile IReadOnlyList<(string Name, HttpClient Client)> plugins = [];

    /// <param name="folders">Where the plugins' sockets are; null: the usual.</param>
    internal AuthorizationPlugins(IReadOnlyList<string> names, string[]? folders = null)
    {
        this.folders = folders;
        Use(names);
    }

    internal IReadOnlyList<string> Names => [.. plugins.Select(plugin => plugin.Name)];

    public void Dispose() => Use([]);

    /// <summary>Asks others from now on.</summary>
    internal void Use(IReadOnlyList<string> names)
    {
        IReadOnlyList<(string Name, HttpClient Client)> old = plugins;
        plugins = [.. names.Select(name => (name, Client(name)))];
        foreach ((_, HttpClient client) in old)
        {
            client.Dispose();
        }
    }

    /// <returns>The answer, withheld until the plugins have seen it; null when there are none.</returns>
    /// <exception cref="EngineException">A plugin denies the request, or cannot be asked.</exception>
    internal async Task<WithheldAnswer?> CheckAsync(HttpContext context)
    {
        IReadOnlyList<(string Name, HttpClient Client)> asked = plugins;
        if (asked.Count == 0)
        {
            return null;
        }

        byte[] body = await ReadBodyAsync(context).ConfigureAwait(false);
        var request = new AuthorizationRequest
        {
            User = context.Connection.ClientCertificate?.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, forIssuer: false) ?? "",
            UserAuthNMethod = context.Connection.ClientCertificate is null ? "" : "TLS",
            RequestMethod = context.Request.Method,
            RequestUri = context.Request.GetEncodedPathAndQuery(),
            RequestBody = body.Length > 0 ? body : null,
            RequestHeaders = context.Request.Headers.Where(header => !Secret.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(header => header.Key, header => header.Value.ToString()),
        };
        await AskAllAsync(asked, "AuthZPlugin.AuthZReq", request, context.RequestAborted).ConfigureAwait(false);
        var answer = new WithheldAnswer(context, context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), LargestBody, shown => AskAllAsync(
            [.. asked.Reverse()],
            "AuthZPlugin.AuthZRes",
            request with
            {
                ResponseBody = shown is { Length: > 0 } ? shown : null,
                ResponseStatusCode = context.Response.StatusCode,
                ResponseHeaders = context.Response.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()),
            },
            context.RequestAborted));
        context.Features.Set<IHttpResponseBodyFeature>(answer);
        return answer;
    }

    private static async Task AskAllAsync(IReadOnlyList<(string Name, HttpClient Client)> asked, string method, AuthorizationRequest request, CancellationToken cancellation)
    {
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(request, AuthorizationJson.Default.AuthorizationRequest);
        foreach ((string name, HttpClient client) in asked)
        {
            AuthorizationAnswer answer = await AskAsync(name, client, method, document, cancellation).ConfigureAwait(false);
            if (answer.Err.Length > 0)
            {
                throw new EngineException(EngineErrorKind.System, $"plugin {name} failed with error: {answer.Err}");
            }

            if (!answer.Allow)
            {
                throw new EngineException(EngineErrorKind.Forbidden, $"authorization denied by plugin {name}: {answer.Msg}");
            }
        }
    }

    private static async Task<AuthorizationAnswer> AskAsync(string name, HttpClient client, string method, byte[] document, CancellationToken cancellation)
    {
        try
        {
            using var content = new ByteArrayContent(document);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await client.PostAsync(new Uri("http://plugin/" + method), content, cancellation).ConfigureAwait(false);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(answer, AuthorizationJson.Default.AuthorizationAnswer) ?? throw new JsonException("it is null")
                : throw new HttpRequestException($"status {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Who cannot be asked has not allowed it.
            throw new EngineException(EngineErrorKind.System, $"plugin {name} failed with error: {error.Message.TrimEnd('.')}", error);
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 && context.Request.Headers.TransferEncoding.Count == 0)
        {
            // The bytes that follow are not a body: the connection may be taken over.
            return [];
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        if (context.Request.ContentLength > LargestBody)
        {
            throw TooLarge();
        }

        // Of a chunked body nobody knows the length before.
        byte[] bytes = new byte[(int)Math.Min((context.Request.ContentLength ?? LargestBody) + 1, LargestBody + 1)];
        int length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > LargestBody)
        {
            throw TooLarge();
        }

        context.Request.Body = new MemoryStream(bytes, 0, length, writable: false);
        return bytes[..length];
    }

    private static EngineException TooLarge() =>
        new(EngineErrorKind.Forbidden, $"authorization denied: the request's body is larger than the {LargestBody} bytes that can be shown to authorization plugins");

    private HttpClient Client(string name) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            string path = (folders ?? Folders).Select(folder => Path.Combine(folder, name + ".sock")).FirstOrDefault(File.Exists)
                ?? throw new IOException($"plugin \"{name}\" not found");
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = LargestAnswer,
    };
}
