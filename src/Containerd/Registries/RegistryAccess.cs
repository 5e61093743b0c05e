using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Streams;
using Wharf.Registry;
using ImageReference = Wharf.Oci.References.ImageReference;

namespace Wharf.Containerd.Registries;

/// <summary>A repository as a transfer names it: where it is, and who asks for it.</summary>
internal sealed class RegistryAccess : IDisposable
{
    private static readonly string[] Secrets = ["authorization", "cookie", "proxy-authorization"];
    private readonly RegistryClient client;
    private readonly NamedStream? helper;
    private readonly SemaphoreSlim asking = new(1);

    private RegistryAccess(OCIRegistry end, string? configPath, Func<string, NamedStream> streams, bool push)
    {
        Reference = ImageReference.TryParse(end.Reference, out ImageReference? parsed) ? parsed.OrLatest() : throw ContainerdException.Invalid($"image reference \"{end.Reference}\"");
        RegistryResolver resolver = end.Resolver ?? new RegistryResolver();
        string scheme = resolver.DefaultScheme;
        string? folder = resolver.HostDir.Length > 0 ? resolver.HostDir : configPath;
        IReadOnlyList<RegistryEndpoint>? endpoints = folder is null ? null : HostsFolder.Find(folder, Reference.Domain, scheme);
        if (endpoints is null && resolver.Headers.Count > 0)
        {
            endpoints = [HostsFolder.Registry(Reference.Domain, scheme)];
        }

        client = new RegistryClient(new RegistryOptions
        {
            InsecureRegistries = scheme == "http" ? [Reference.Domain] : [],
            UserAgent = $"wharf-containerd/{VersionService.Own}",
        });
        helper = resolver.AuthStream.Length > 0 ? streams(resolver.AuthStream) : null;
        Repository = client.Open(Reference, endpoints?.Select(endpoint => WithHeaders(endpoint, resolver.Headers)).ToList(), AskAsync, push);
    }

    public ImageReference Reference { get; }

    public RegistryRepository Repository { get; }

    /// <summary>Nothing is sent yet.</summary>
    public static RegistryAccess Open(OCIRegistry end, string? configPath, Func<string, NamedStream> streams, bool push) => new(end, configPath, streams, push);

    public void Dispose()
    {
        Repository.Dispose();
        client.Dispose();
        helper?.Dispose();
        asking.Dispose();
    }

    /// <summary>What a caller sends to the registry is not for somebody else's mirror, where it could tell who asks.</summary>
    private static RegistryEndpoint WithHeaders(RegistryEndpoint endpoint, IEnumerable<KeyValuePair<string, string>> headers) => endpoint with
    {
        Headers = [.. endpoint.Headers, .. headers.Where(header => !endpoint.IsMirror || !Secrets.Contains(header.Key.ToLowerInvariant()))],
    };

    private async Task<RegistryCredentials?> AskAsync(string host, CancellationToken cancellation)
    {
        if (helper is null)
        {
            return null;
        }

        await asking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await helper.WriteAsync(new AuthRequest { Host = host, Reference = Reference.Name }, cancellation).ConfigureAwait(false);
            if (await helper.ReadAsync(cancellation).ConfigureAwait(false) is not { } answer)
            {
                return null;
            }

            AuthResponse given = AuthResponse.Parser.ParseFrom(answer.Value);
            return given.AuthType switch
            {
                AuthType.Credentials => new RegistryCredentials { Username = given.Username, Password = given.Secret },
                AuthType.Refresh => new RegistryCredentials { IdentityToken = given.Secret },
                AuthType.Header when given.Secret.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => new RegistryCredentials { RegistryToken = given.Secret["Bearer ".Length..] },
                AuthType.None => null,
                _ => throw new ContainerdException(ErrorKind.Unimplemented, $"credentials of kind {given.AuthType} for \"{host}\": not implemented"),
            };
        }
        finally
        {
            asking.Release();
        }
    }
}
