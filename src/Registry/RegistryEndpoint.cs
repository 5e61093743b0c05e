using System.Net;

namespace Wharf.Registry;

/// <summary>A place that may serve a registry's API.</summary>
/// <param name="Base">Scheme, host and port, with a path only for mirrors that have one; ends with a slash.</param>
/// <param name="Verify">The server's certificate has to be trusted.</param>
public sealed record RegistryEndpoint(Uri Base, bool Verify)
{
    /// <summary>Where Docker Hub, which references call docker.io, has its registry.</summary>
    public const string DockerHub = "https://registry-1.docker.io/";

    /// <summary>The root of the API below <see cref="Base"/>: empty where the place has another than the specification says.</summary>
    public string Root { get; init; } = "v2/";

    public RegistryCapabilities Capabilities { get; init; } = RegistryCapabilities.All;

    /// <summary>Somebody else than the registry itself: what it lacks, the next one may have, and the registry's credentials are not for it.</summary>
    public bool IsMirror { get; init; }

    /// <summary>The registry that a mirror is asked for (<c>ns</c>); null when it serves only one.</summary>
    public string? Namespace { get; init; }

    /// <summary>Sent with each request to this place, and never to where it redirects.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Null: as <see cref="Verify"/> says.</summary>
    public RegistryTls? Tls { get; init; }

    /// <summary>How long a connection may take; null leaves it to the options.</summary>
    public TimeSpan? ConnectLimit { get; init; }

    internal Uri Api => Root.Length == 0 ? Base : new Uri(Base, Root);

    internal RegistryTls Trust => Tls ?? (Verify ? RegistryTls.Verifying : RegistryTls.Trusting);

    /// <summary>Where the registry of a reference's domain may be, best first.</summary>
    internal static IReadOnlyList<RegistryEndpoint> Of(string domain, RegistryOptions options)
    {
        if (domain == "docker.io")
        {
            return
            [
                .. options.RegistryMirrors.Select(mirror =>
                {
                    var uri = new Uri(mirror.EndsWith('/') ? mirror : mirror + "/");
                    return new RegistryEndpoint(uri, Verify: !IsInsecure(uri.Authority, options)) { IsMirror = true };
                }),
                new RegistryEndpoint(new Uri(DockerHub), Verify: true),
            ];
        }

        // An insecure registry may still speak TLS: that is tried first, as docker does.
        return IsInsecure(domain, options)
            ? [new(new Uri($"https://{domain}/"), Verify: false), new(new Uri($"http://{domain}/"), Verify: false)]
            : [new(new Uri($"https://{domain}/"), Verify: true)];
    }

    internal static bool IsInsecure(string domain, RegistryOptions options)
    {
        if (options.InsecureRegistries.Contains(domain))
        {
            return true;
        }

        string host = Host(domain);
        if (IsLoopback(domain) || options.InsecureRegistries.Contains(host))
        {
            return true;
        }

        // Names are not looked up: one DNS answer must not switch TLS off (CVE-2026-92543).
        return IPAddress.TryParse(host, out IPAddress? address)
            && options.InsecureRegistries.Any(entry => IPNetwork.TryParse(entry, out IPNetwork network) && network.Contains(address));
    }

    /// <summary>By its name or address alone: names are not looked up.</summary>
    public static bool IsLoopback(string domain) => Host(domain) is var host && (host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address)));

    /// <summary>Same scheme, host and port.</summary>
    internal bool IsOriginOf(Uri uri) => Base.Scheme == uri.Scheme && Base.Port == uri.Port && Base.IdnHost.Equals(uri.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static string Host(string domain) => new Uri($"http://{domain}/").IdnHost.Trim('[', ']');
}
