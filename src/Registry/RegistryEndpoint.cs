using System.Net;

namespace Wharf.Registry;

/// <summary>A place that may serve a registry's API.</summary>
/// <param name="Base">Scheme, host and port, with a path only for mirrors that have one; ends with a slash.</param>
/// <param name="Verify">The server's certificate has to be trusted.</param>
internal sealed record RegistryEndpoint(Uri Base, bool Verify)
{
    private const string DockerHub = "https://registry-1.docker.io/";

    /// <summary>Where the registry of a reference's domain may be, best first.</summary>
    public static IReadOnlyList<RegistryEndpoint> Of(string domain, RegistryOptions options)
    {
        if (domain == "docker.io")
        {
            return
            [
                .. options.RegistryMirrors.Select(mirror =>
                {
                    var uri = new Uri(mirror.EndsWith('/') ? mirror : mirror + "/");
                    return new RegistryEndpoint(uri, Verify: !IsInsecure(uri.Authority, options));
                }),
                new RegistryEndpoint(new Uri(DockerHub), Verify: true),
            ];
        }

        // An insecure registry may still speak TLS: that is tried first, as docker does.
        return IsInsecure(domain, options)
            ? [new(new Uri($"https://{domain}/"), Verify: false), new(new Uri($"http://{domain}/"), Verify: false)]
            : [new(new Uri($"https://{domain}/"), Verify: true)];
    }

    public static bool IsInsecure(string domain, RegistryOptions options)
    {
        if (options.InsecureRegistries.Contains(domain))
        {
            return true;
        }

        string host = new Uri($"http://{domain}/").IdnHost.Trim('[', ']');
        if (host == "localhost" || options.InsecureRegistries.Contains(host))
        {
            return true;
        }

        // Names are not looked up: one DNS answer must not switch TLS off (CVE-2026-92543).
        return IPAddress.TryParse(host, out IPAddress? address)
            && (IPAddress.IsLoopback(address)
                || options.InsecureRegistries.Any(entry => IPNetwork.TryParse(entry, out IPNetwork network) && network.Contains(address)));
    }

    /// <summary>Same scheme, host and port.</summary>
    public bool IsOriginOf(Uri uri) => Base.Scheme == uri.Scheme && Base.Port == uri.Port && Base.IdnHost.Equals(uri.IdnHost, StringComparison.OrdinalIgnoreCase);
}
