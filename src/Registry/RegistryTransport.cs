using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Wharf.Registry;

/// <summary>Sends requests: connections kept, headers within their time limit, and causes in one line.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private readonly ConcurrentDictionary<(RegistryTls Tls, TimeSpan Connect), Lazy<HttpMessageInvoker>> _invokers = [];
    private readonly RegistryOptions _options;

    public RegistryTransport(RegistryOptions options) => _options = options;

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, RegistryEndpoint endpoint, TimeSpan? bodyLimit, CancellationToken cancellation)
    {
        request.Headers.UserAgent.Clear();
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        string step = $"{char.ToUpperInvariant(request.Method.Method[0])}{request.Method.Method[1..].ToLowerInvariant()} \"{request.RequestUri}\"";
        TimeSpan response = bodyLimit ?? _options.ResponseLimit;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(response);
        try
        {
            return await Invoker(endpoint).SendAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: no answer within {response.TotalSeconds:0.#} seconds", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: {Cause(error, request.RequestUri!)}", error);
        }
    }

    public void Dispose()
    {
        foreach (Lazy<HttpMessageInvoker> invoker in _invokers.Values.Where(one => one.IsValueCreated))
        {
            invoker.Value.Dispose();
        }
    }

    /// <summary>The innermost cause in the words that docker's users know.</summary>
    internal static string Cause(Exception error, Uri uri)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"dial tcp {uri.Authority}: connect: connection refused";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"dial tcp: lookup {uri.IdnHost}: no such host";
                case SocketException socket:
                    return LowerFirst(socket.Message);
                case AuthenticationException tls:
                    return "tls: " + LowerFirst(tls.Message);
                case CryptographicException alert when alert.Message.Split(" alert ") is [_, var word]:
                    // The registry does not accept the client's certificate, or misses one.
                    return "remote error: tls: " + word;
            }
        }

        return LowerFirst(error.GetBaseException().Message);
    }

    /// <summary>Whether another attempt meets the same: nobody listens, no such host, or one side does not accept the certificate of the other.</summary>
    internal static bool IsLasting(Exception error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException or CryptographicException or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound })
            {
                return true;
            }
        }

        return false;
    }

    internal static string LowerFirst(string text) => text.Length == 0 ? text : (char.ToLowerInvariant(text[0]) + text[1..]).TrimEnd('.');

    private HttpMessageInvoker Invoker(RegistryEndpoint endpoint)
    {
        TimeSpan connect = endpoint.ConnectLimit ?? (_options.ResponseLimit < TimeSpan.FromSeconds(30) ? _options.ResponseLimit : TimeSpan.FromSeconds(30));
        return _invokers.GetOrAdd((endpoint.Trust, connect), key => new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(CreateHandler(key.Tls, key.Connect)))).Value;
    }

    private static SocketsHttpHandler CreateHandler(RegistryTls tls, TimeSpan connect)
    {
        var handler = new SocketsHttpHandler
        {
            // Redirects are followed by hand: credentials must not travel to another origin, and layers are not unpacked on the way.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = connect,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 64,
            MaxConnectionsPerServer = 8,
            Credentials = null,
            PreAuthenticate = false,
        };
        TlsFiles.Apply(tls, handler.SslOptions);
        return handler;
    }
}
