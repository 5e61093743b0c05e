using System.Net;
using System.Net.Http.Headers;

namespace Wharf.Registry;

/// <summary>One endpoint as seen by one pull: requests with its authorization, redirects followed by the rules.</summary>
internal sealed class RegistryConnection(RegistryTransport transport, RegistryEndpoint endpoint, string? scope, RegistryCredentials? credentials) : IDisposable
{
    private const int MostRedirects = 5;
    private readonly RegistryAuthorizer _authorizer = new(transport, endpoint, scope, credentials);

    public RegistryEndpoint Endpoint => endpoint;

    /// <summary>The answer, successful or not; only transport and authorization fail with an exception.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        IReadOnlyList<string> accept,
        RangeHeaderValue? range,
        CancellationToken cancellation)
    {
        var first = new Uri(endpoint.Base, path);
        Uri uri = first;
        bool answered = false;
        for (int redirects = 0; ;)
        {
            using var request = new HttpRequestMessage(method, uri);
            foreach (string mediaType in accept)
            {
                request.Headers.TryAddWithoutValidation("Accept", mediaType);
            }

            request.Headers.Range = range;
            AuthenticationHeaderValue? header = endpoint.IsOriginOf(uri) ? _authorizer.Header : null;
            request.Headers.Authorization = header;
            HttpResponseMessage response = await transport.SendAsync(request, endpoint.Verify, cancellation).ConfigureAwait(false);
            try
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && endpoint.IsOriginOf(uri) && uri == first)
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

                if (response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
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
