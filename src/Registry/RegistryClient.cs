using Wharf.Oci.References;

namespace Wharf.Registry;

/// <summary>Client of registries: distribution-spec 1.1 and docker's token authentication. Safe for concurrent use.</summary>
public sealed class RegistryClient(RegistryOptions options) : IDisposable
{
    private readonly RegistryTransport _transport = new(options);

    /// <summary>Opens the repository that a reference names; nothing is sent yet. The caller disposes it.</summary>
    public RegistryRepository Open(ImageReference reference, RegistryCredentials? credentials)
    {
        ArgumentNullException.ThrowIfNull(reference);
        // A registry token or login for Docker Hub must not reach a mirror of somebody else.
        IReadOnlyList<RegistryEndpoint> endpoints = RegistryEndpoint.Of(reference.Domain, options);
        return new RegistryRepository(
            reference,
            options,
            [.. endpoints.Select((endpoint, index) => new RegistryConnection(
                _transport,
                endpoint,
                $"repository:{reference.Path}:pull",
                reference.Domain == ImageReference.DefaultDomain && index < endpoints.Count - 1 ? null : credentials))]);
    }

    /// <summary>Asks a registry whether it takes the credentials (<c>docker login</c>).</summary>
    /// <exception cref="RegistryException">It does not, or cannot be asked.</exception>
    public async Task CheckAsync(string domain, RegistryCredentials credentials, CancellationToken cancellation)
    {
        RegistryException? unreachable = null;
        foreach (RegistryEndpoint endpoint in RegistryEndpoint.Of(domain, options with { RegistryMirrors = [] }))
        {
            using var connection = new RegistryConnection(_transport, endpoint, scope: null, credentials);
            try
            {
                using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Get, "v2/", [], null, cancellation).ConfigureAwait(false);
                return;
            }
            catch (RegistryException error) when (error.Kind == RegistryErrorKind.Unreachable)
            {
                unreachable = error;
            }
            catch (RegistryException error) when (error.Kind == RegistryErrorKind.Denied)
            {
                throw new RegistryException(RegistryErrorKind.Unauthorized, "unauthorized: incorrect username or password", error);
            }
        }

        throw unreachable!;
    }

    public void Dispose() => _transport.Dispose();
}
