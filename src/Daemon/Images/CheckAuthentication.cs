using Wharf.EngineApi.Images;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>Tries a login at a registry (<c>docker login</c>).</summary>
internal sealed class CheckAuthentication(RegistryClient registry)
{
    public async Task<AuthenticationResult> RunAsync(RegistryCredentials credentials, CancellationToken cancellation)
    {
        try
        {
            await registry.CheckAsync(Domain(credentials.ServerAddress), credentials, cancellation).ConfigureAwait(false);
            return new AuthenticationResult { Status = "Login Succeeded", IdentityToken = "" };
        }
        catch (RegistryException error)
        {
            throw new EngineException(error.Kind == RegistryErrorKind.Unauthorized ? EngineErrorKind.Unauthorized : EngineErrorKind.System, error.Message, error);
        }
    }

    /// <summary>Clients send a host, a URL, or Docker Hub's address of old.</summary>
    private static string Domain(string? address)
    {
        if (string.IsNullOrEmpty(address) || address == "https://index.docker.io/v1/")
        {
            return "docker.io";
        }

        string host = address.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.Authority : address.Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io"
            : Uri.TryCreate($"http://{host}/", UriKind.Absolute, out _) ? host
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid registry address \"{address}\"");
    }
}
