using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Wharf.Registry;

/// <summary>
/// Answers the challenges of one registry for one scope. Credentials go to the registry itself or to the token server
/// that the registry names, and never to where a redirect or a manifest points (CVE-2020-15157).
/// </summary>
internal sealed class RegistryAuthorizer(RegistryTransport transport, RegistryEndpoint endpoint, string? scope, Func<CancellationToken, Task<RegistryCredentials?>> ask) : IDisposable
{
    private const int LargestTokenAnswer = 1 << 20;
    private readonly SemaphoreSlim _gate = new(1);
    private volatile AuthenticationHeaderValue? _header;

    public AuthenticationHeaderValue? Header => _header;

    /// <summary>Sends a token that somebody has got from the registry already.</summary>
    public void Use(string token) => _header = new AuthenticationHeaderValue("Bearer", token);

    /// <summary>Gets what the challenge asks for; <paramref name="refused"/> is the header that was just turned down.</summary>
    public async Task AnswerAsync(HttpResponseMessage challenged, AuthenticationHeaderValue? refused, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!ReferenceEquals(refused, _header))
            {
                // Another request of the same pull got it meanwhile.
                return;
            }

            // Parsed from the raw values: the header's own parser splits challenges at commas.
            string header = challenged.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues values) ? string.Join(", ", values) : "";
            IReadOnlyList<AuthenticationChallenge> challenges = AuthenticationChallenge.Parse(header);
            RegistryCredentials? credentials = await ask(cancellation).ConfigureAwait(false);
            if (!string.IsNullOrEmpty(credentials?.RegistryToken) && refused?.Parameter != credentials.RegistryToken)
            {
                Use(credentials.RegistryToken);
            }
            else if (challenges.FirstOrDefault(challenge => challenge.Is("Bearer")) is { } bearer)
            {
                Use(await FetchTokenAsync(bearer, credentials, cancellation).ConfigureAwait(false));
            }
            else if (challenges.Any(challenge => challenge.Is("Basic")))
            {
                _header = Basic(credentials) ?? throw new RegistryException(RegistryErrorKind.Unauthorized, $"Get \"{challenged.RequestMessage!.RequestUri}\": no basic auth credentials");
            }
            else
            {
                throw await RegistryAnswer.ToExceptionAsync(challenged, RegistryErrorKind.ManifestUnknown, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static AuthenticationHeaderValue? Basic(RegistryCredentials? credentials) =>
        string.IsNullOrEmpty(credentials?.Username)
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")));

    private async Task<string> FetchTokenAsync(AuthenticationChallenge challenge, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("https" or "http"))
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"authenticate to \"{endpoint.Base.Authority}\": realm \"{challenge["realm"]}\" is not a URL");
        }

        if (realm.Scheme == "http" && endpoint.Base.Scheme == "https" && endpoint.Verify)
        {
            throw new RegistryException(RegistryErrorKind.Denied, $"authenticate to \"{endpoint.Base.Authority}\": token server \"{realm}\" would get credentials in clear");
        }

        using HttpRequestMessage request = TokenRequest(realm, challenge["service"], Scopes(challenge["scope"]), credentials);
        using HttpResponseMessage response = await transport.SendAsync(request, endpoint, bodyLimit: null, cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            RegistryException error = await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.Denied, cancellation).ConfigureAwait(false);
            throw error.Kind == RegistryErrorKind.Unauthorized && !string.IsNullOrEmpty(credentials?.Username)
                ? new RegistryException(RegistryErrorKind.Unauthorized, "unauthorized: incorrect username or password", error)
                : error;
        }

        byte[] body = await RegistryAnswer.ReadBoundedAsync(response, LargestTokenAnswer, cancellation).ConfigureAwait(false);
        TokenResponse? answer;
        try
        {
            answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenResponse);
        }
        catch (JsonException error)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"authenticate to \"{endpoint.Base.Authority}\": token server \"{realm}\" answered no JSON", error);
        }

        string? token = string.IsNullOrEmpty(answer?.Token) ? answer?.AccessToken : answer.Token;
        return string.IsNullOrEmpty(token)
            ? throw new RegistryException(RegistryErrorKind.Malformed, $"authenticate to \"{endpoint.Base.Authority}\": token server \"{realm}\" answered no token")
            : token;
    }

    /// <summary>What the challenge names; who pushes asks for all of it at once, instead of once for each step.</summary>
    private IReadOnlyList<string> Scopes(string? challenged) =>
        [.. $"{challenged} {(challenged is null || scope?.Contains("push", StringComparison.Ordinal) == true ? scope : null)}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()];

    private static HttpRequestMessage TokenRequest(Uri realm, string? service, IReadOnlyList<string> scopes, RegistryCredentials? credentials)
    {
        var fields = new List<KeyValuePair<string, string>>();
        if (!string.IsNullOrEmpty(service))
        {
            fields.Add(new("service", service));
        }

        if (!string.IsNullOrEmpty(credentials?.IdentityToken))
        {
            fields.AddRange(scopes.Count > 0 ? [new("scope", string.Join(' ', scopes))] : []);
            fields.AddRange([new("grant_type", "refresh_token"), new("refresh_token", credentials.IdentityToken), new("client_id", "wharf")]);
            return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(fields) };
        }

        if (!string.IsNullOrEmpty(credentials?.Username))
        {
            fields.Add(new("account", credentials.Username));
        }

        // docker's token servers take one scope a field, and know nothing of several in one.
        fields.AddRange(scopes.Select(one => KeyValuePair.Create("scope", one)));
        string query = string.Join('&', fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"));
        var uri = new UriBuilder(realm);
        uri.Query = uri.Query.Length > 1 ? $"{uri.Query[1..]}&{query}" : query;
        return new HttpRequestMessage(HttpMethod.Get, uri.Uri) { Headers = { Authorization = Basic(credentials) } };
    }
}
