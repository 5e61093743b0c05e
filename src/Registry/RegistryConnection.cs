using System.Net;
using System.Net.Http.Headers;

namespace Wharf.Registry;

/// <summary>One registry for one scope: requests with its authorization, redirects followed by the rules.</summary>
internal sealed class RegistryConnection(RegistryTransport transport, RegistryEndpoint endpoint, string? scope, Func<CancellationToken, Task<RegistryCredentials?>> credentials) : IDisposable
{
    private const int MostRedirects = 5;
    private readonly RegistryAuthorizer _authorizer = new(transport, endpoint, scope, credentials);

    public RegistryConnection(RegistryTransport transport, RegistryEndpoint endpoint, string? scope, RegistryCredentials? credentials)
        : this(transport, endpoint, scope, _ => Task.FromResult(credentials))
    {
        if (!string.IsNullOrEmpty(credentials?.RegistryToken))
        {
            _authorizer.Use(credentials.RegistryToken);
        }
    }

    public RegistryEndpoint Endpoint => endpoint;

    /// <summary>The answer, successful or not; only transport and authorization fail with an exception.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, IReadOnlyList<string> accept, RangeHeaderValue? range, CancellationToken cancellation) =>
        SendAsync(new RegistryRequest(method, Address(path)) { Accept = accept, Range = range }, cancellation);

    /// <summary>An address below the API's root, or below that of the host when it begins with a slash.</summary>
    public Uri Address(string path)
    {
        var uri = new Uri(endpoint.Api, path);
        return endpoint.Namespace is { } name
            ? new UriBuilder(uri) { Query = (uri.Query.Length > 1 ? uri.Query[1..] + "&" : "") + $"ns={Uri.EscapeDataString(name)}" }.Uri
            : uri;
    }

    /// <summary>The same for a request with a body, which is made anew for each attempt.</summary>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest wanted, CancellationToken cancellation)
    {
        Uri uri = wanted.Uri;
        bool answered = false;
        for (int redirects = 0; ;)
        {
            using HttpRequestMessage request = wanted.ToMessage(uri);
            bool own = endpoint.IsOriginOf(uri);
            foreach ((string name, string value) in own ? endpoint.Headers : [])
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            AuthenticationHeaderValue? header = own ? _authorizer.Header : null;
            if (header is not null)
            {
                request.Headers.Authorization = header;
            }

            HttpResponseMessage response = await transport.SendAsync(request, endpoint, wanted.Limit, cancellation).ConfigureAwait(false);
            try
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && own && uri == wanted.Uri)
                {
                    if (answered)
                    {
                        // It knows who asks and still does not deliver: docker calls that denied.
                        throw new RegistryException(RegistryErrorKind.Denied, "denied: requested access to the resource is denied");
                    }

                    await _authorizer.AnswerAsync(response, header, cancellation).ConfigureAwait(false);
                    answered = true;
                    response.Dispose();
                    continue;
                }

                if (wanted.FollowsRedirects && response.StatusCode is (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    uri = Redirect(uri, response, ++redirects);
                    response.Dispose();
                    continue;
                }

                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }

    public void Dispose() => _authorizer.Dispose();

    private static Uri Redirect(Uri from, HttpResponseMessage response, int count)
    {
        if (count > MostRedirects)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"Get \"{from}\": stopped after {MostRedirects} redirects");
        }

        Uri? to = response.Headers.Location is { } location ? new Uri(from, location) : null;
        return to?.Scheme is not ("https" or "http") ? throw new RegistryException(RegistryErrorKind.Malformed, $"Get \"{from}\": redirect to \"{to}\" is not a URL of http")
            : from.Scheme == "https" && to.Scheme == "http" ? throw new RegistryException(RegistryErrorKind.Malformed, $"Get \"{from}\": redirect from https to \"{to}\" is refused")
            : to;
    }
}
