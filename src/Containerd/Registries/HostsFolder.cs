using Wharf.Registry;

namespace Wharf.Containerd.Registries;

/// <summary>
/// Where a registry's content may be had, by a folder of hosts.toml files: containerd's docs/hosts.md. The folder of a host is its
/// name, with <c>_PORT_</c> for a port, or <c>_default</c>; one without hosts.toml holds certificates as docker's certs.d does.
/// </summary>
internal static class HostsFolder
{
    private const string File = "hosts.toml";

    /// <summary>The places for a registry, best first; null when nothing is said of it.</summary>
    /// <exception cref="ContainerdException">What is said of it cannot be read: nobody is asked then whom the administrator may not have meant.</exception>
    public static IReadOnlyList<RegistryEndpoint>? Find(string root, string domain, string? defaultScheme)
    {
        string? folder = Names(domain).Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);
        if (folder is null)
        {
            return null;
        }

        string path = Path.Combine(folder, File);
        string text = System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path) : string.Empty;
        return text.Length > 0 ? HostsFile.Read(path, text, domain, defaultScheme) : [Certificates(folder, domain, defaultScheme)];
    }

    /// <summary>The registry itself, when a file says no other server.</summary>
    public static RegistryEndpoint Registry(string domain, string? defaultScheme)
    {
        bool trusted = !RegistryEndpoint.IsLoopback(domain);
        string scheme = defaultScheme is { Length: > 0 } ? defaultScheme : trusted || !HasPort(domain) ? "https" : "http";
        return domain == Oci.References.ImageReference.DefaultDomain
            ? new RegistryEndpoint(new Uri(RegistryEndpoint.DockerHub), Verify: true)
            : new RegistryEndpoint(new Uri($"{scheme}://{domain}/"), trusted);
    }

    private static bool HasPort(string domain) => domain.LastIndexOf(':') is var colon and > 0 && !domain.EndsWith(']') && domain[(colon + 1)..] != "443";

    private static IEnumerable<string> Names(string domain)
    {
        int colon = domain.LastIndexOf(':');
        if (colon > 0 && !domain.EndsWith(']'))
        {
            yield return $"{domain[..colon]}_{domain[(colon + 1)..]}_";
        }

        yield return domain;
        yield return "_default";
    }

    private static RegistryEndpoint Certificates(string folder, string domain, string? defaultScheme)
    {
        RegistryEndpoint registry = Registry(domain, defaultScheme);
        string[] authorities = [.. Directory.EnumerateFiles(folder, "*.crt").Order(StringComparer.Ordinal)];
        (string, string)[] clients =
        [
            .. Directory.EnumerateFiles(folder, "*.cert").Order(StringComparer.Ordinal)
                .Select(certificate => (certificate, Path.ChangeExtension(certificate, ".key") is var key && System.IO.File.Exists(key) ? key : certificate)),
        ];
        return authorities.Length + clients.Length == 0 ? registry
            : registry with { Base = new UriBuilder(registry.Base) { Scheme = "https", Port = registry.Base.Port }.Uri, Verify = true, Tls = new RegistryTls(true, authorities, clients) };
    }
}
