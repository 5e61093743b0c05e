using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Wharf.Registry;

/// <summary>Sends requests: connections kept, headers within their time limit, and causes in one line.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private readonly HttpMessageInvoker _verifying;
    private readonly HttpMessageInvoker _trusting;
    private readonly RegistryOptions _options;

    public RegistryTransport(RegistryOptions options)
    {
        _options = options;
        _verifying = new HttpMessageInvoker(CreateHandler());
        SocketsHttpHandler trusting = CreateHandler();
#pragma warning disable CA5359 // only for registries that the administrator calls insecure, and loopback
        trusting.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        _trusting = new HttpMessageInvoker(trusting);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool verify, CancellationToken cancellation)
    {
        request.Headers.UserAgent.Clear();
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        string step = $"{(request.Method == HttpMethod.Head ? "Head" : request.Method == HttpMethod.Post ? "Post" : "Get")} \"{request.RequestUri}\"";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.ResponseLimit);
        try
        {
            return await (verify ? _verifying : _trusting).SendAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: no answer within {_options.ResponseLimit.TotalSeconds:0.#} seconds", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: {Cause(error, request.RequestUri!)}", error);
        }
    }

    public void Dispose()
    {
        _verifying.Dispose();
        _trusting.Dispose();
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
            }
        }

        return LowerFirst(error.GetBaseException().Message);
    }

    internal static string LowerFirst(string text) => text.Length == 0 ? text : (char.ToLowerInvariant(text[0]) + text[1..]).TrimEnd('.');

    private SocketsHttpHandler CreateHandler() => new()
    {
        // Redirects are followed by hand: credentials must not travel to another origin, and layers are not unpacked on the way.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = _options.ResponseLimit < TimeSpan.FromSeconds(30) ? _options.ResponseLimit : TimeSpan.FromSeconds(30),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        MaxResponseHeadersLength = 64,
        MaxConnectionsPerServer = 8,
        Credentials = null,
        PreAuthenticate = false,
    };
}
