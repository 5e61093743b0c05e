using Wharf.Oci.References;

namespace Wharf.Registry;

/// <summary>Client of registries: distribution-spec 1.1 and docker's token authentication. Safe for concurrent use.</summary>
public sealed class RegistryClient(RegistryOptions options) : IDisposable
{
    private readonly RegistryTransport _transport = new(options);

    /// <summary>Opens the repository that a reference names, to read it; nothing is sent yet. The caller disposes it.</summary>
    public RegistryRepository Open(ImageReference reference, RegistryCredentials? credentials)
    {
        ArgumentNullException.ThrowIfNull(reference);
        // A registry token or login for Docker Hub must not reach a mirror of somebody else.
        return new RegistryRepository(
            reference,
            options,
            [.. RegistryEndpoint.Of(reference.Domain, options).Select(endpoint =>
                new RegistryConnection(_transport, endpoint, $"repository:{reference.Path}:pull", endpoint.IsMirror ? null : credentials))]);
    }

    /// <summary>Opens a repository at the places that somebody has configured for it. Each is asked for with credentials of its own host.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="endpoints">Null: where its domain says.</param>
    /// <param name="credentials">By host and port, when the place wants to know who asks.</param>
    /// <param name="push">Whether content is to be sent too.</param>
    public RegistryRepository Open(
        ImageReference reference,
        IReadOnlyList<RegistryEndpoint>? endpoints,
        Func<string, CancellationToken, Task<RegistryCredentials?>> credentials,
        bool push)
    {
        ArgumentNullException.ThrowIfNull(reference);
        string scope = $"repository:{reference.Path}:{(push ? "pull,push" : "pull")}";
        return new RegistryRepository(
            reference,
            options,
            [.. (endpoints ?? RegistryEndpoint.Of(reference.Domain, options)).Select(endpoint =>
                new RegistryConnection(_transport, endpoint, scope, cancellation => credentials(endpoint.IsMirror ? endpoint.Base.Authority : reference.Domain, cancellation)))]);
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
                using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Get, "", [], null, cancellation).ConfigureAwait(false);
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
