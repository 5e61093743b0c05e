using System.Globalization;
using System.Text.RegularExpressions;
using Tomlyn;
using Tomlyn.Model;
using Wharf.Containerd.Configuration;
using Wharf.Registry;

namespace Wharf.Containerd.Registries;

/// <summary>One hosts.toml: the hosts in their order, and the server itself last.</summary>
internal sealed partial class HostsFile
{
    private readonly string path;
    private readonly string domain;
    private readonly string? defaultScheme;

    private HostsFile(string path, string domain, string? defaultScheme)
    {
        this.path = path;
        this.domain = domain;
        this.defaultScheme = defaultScheme;
    }

    public static IReadOnlyList<RegistryEndpoint> Read(string path, string text, string domain, string? defaultScheme)
    {
        var file = new HostsFile(path, domain, defaultScheme);
        try
        {
            TomlTable table = TomlSerializer.Deserialize(text, ConfigurationToml.Default.TomlTable) ?? [];
            IEnumerable<KeyValuePair<string, object>> hosts = table.TryGetValue("host", out object? given) ? given as TomlTable ?? throw new FormatException("\"host\": not a table") : [];
            return
            [
                .. hosts.Select(host => file.Endpoint(host.Key, host.Value as TomlTable ?? throw new FormatException($"\"host.{host.Key}\": not a table"), mirror: true)),
                file.Endpoint(table.TryGetValue("server", out object? server) ? Text("server", server) : string.Empty, table, mirror: false),
            ];
        }
        catch (Exception error) when (error is TomlException or FormatException)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"read hosts \"{path}\": {error.Message}", error);
        }
    }

    private RegistryEndpoint Endpoint(string server, TomlTable table, bool mirror)
    {
        RegistryEndpoint place = server.Length > 0 ? Place(server, Flag(table, "override_path") ?? false) : HostsFolder.Registry(domain, defaultScheme);
        bool own = place.Base.Authority == HostsFolder.Registry(domain, defaultScheme).Base.Authority;
        place = place with
        {
            Capabilities = server.Length > 0 ? Capabilities(table) : RegistryCapabilities.All,
            IsMirror = mirror && !own,
            Namespace = own ? null : domain,
            Headers = Headers(table),
            ConnectLimit = table.TryGetValue("dial_timeout", out object? limit) ? Duration(Text("dial_timeout", limit)) : null,
        };
        string[] authorities = [.. Files("ca", table, [])];
        (string, string)[] clients = [.. Pairs(table)];
        return Flag(table, "skip_verify") is { } skip ? place with { Verify = !skip, Tls = new RegistryTls(!skip, authorities, clients) }
            : authorities.Length + clients.Length > 0 ? place with { Verify = true, Tls = new RegistryTls(true, authorities, clients) }
            : place;
    }

    private static RegistryEndpoint Place(string server, bool overridePath)
    {
        string whole = server.StartsWith("http", StringComparison.Ordinal) ? server : "https://" + server;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"server \"{server}\": not a URL of http");
        }

        string folder = uri.AbsolutePath.TrimEnd('/');
        string root = overridePath ? folder : folder.EndsWith("/v2", StringComparison.Ordinal) ? folder : folder + "/v2";
        return new RegistryEndpoint(new UriBuilder(uri.Scheme, uri.Host, uri.Port, root + "/").Uri, Verify: true) { Root = string.Empty };
    }

    private static RegistryCapabilities Capabilities(TomlTable table)
    {
        IReadOnlyList<string> names = table.TryGetValue("capabilities", out object? given) ? Texts("capabilities", given) : [];
        RegistryCapabilities all = names.Count == 0 ? RegistryCapabilities.All : RegistryCapabilities.None;
        foreach (string name in names)
        {
            all |= name.ToLowerInvariant() switch
            {
                "pull" => RegistryCapabilities.Pull,
                "resolve" => RegistryCapabilities.Resolve,
                "push" => RegistryCapabilities.Push,
                "referrers" => RegistryCapabilities.None,
                _ => throw new FormatException($"unknown capability {name}"),
            };
        }

        return all;
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Headers(TomlTable table) => !table.TryGetValue("header", out object? given) ? []
        : given is not TomlTable headers ? throw new FormatException("\"header\": not a table")
        : [.. headers.SelectMany(header => (header.Value is string one ? [one] : Texts($"header {header.Key}", header.Value)).Select(value => KeyValuePair.Create(header.Key, value)))];

    private IEnumerable<(string, string)> Pairs(TomlTable table)
    {
        if (!table.TryGetValue("client", out object? given))
        {
            return [];
        }

        return given is string one ? [(Absolute(one), Absolute(one))]
            : given is TomlArray list ? list.Select(pair => pair switch
            {
                string both => (Absolute(both), Absolute(both)),
                TomlArray { Count: 2 } two when two[0] is string certificate && two[1] is string key => (Absolute(certificate), key.Length > 0 ? Absolute(key) : Absolute(certificate)),
                _ => throw new FormatException("\"client\": not a file, or a pair of files"),
            })
            : throw new FormatException("\"client\": not a file, or a list of files");
    }

    private IEnumerable<string> Files(string key, TomlTable table, IEnumerable<string> none) =>
        !table.TryGetValue(key, out object? given) ? none : (given is string one ? [one] : Texts(key, given)).Select(Absolute);

    private string Absolute(string file) => Path.GetFullPath(file, Path.GetDirectoryName(path)!);

    private static bool? Flag(TomlTable table, string key) =>
        !table.TryGetValue(key, out object? given) ? null : given as bool? ?? throw new FormatException($"\"{key}\": not true or false");

    private static string Text(string key, object? value) => value as string ?? throw new FormatException($"\"{key}\": not a text");

    private static IReadOnlyList<string> Texts(string key, object? value) =>
        value is TomlArray list && list.All(one => one is string) ? [.. list.OfType<string>()] : throw new FormatException($"\"{key}\": not a list of texts");

    /// <summary>As Go writes durations: 1m30s, 250ms.</summary>
    private static TimeSpan Duration(string text)
    {
        MatchCollection parts = DurationPart().Matches(text);
        return parts.Count > 0 && parts.Sum(part => part.Length) == text.Length
            ? TimeSpan.FromMilliseconds(parts.Sum(part => double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * part.Groups[2].Value switch { "h" => 3_600_000, "m" => 60_000, "s" => 1000, _ => 1 }))
            : throw new FormatException($"\"dial_timeout\": \"{text}\" is not a duration such as 30s");
    }

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(ms|h|m|s)")]
    private static partial Regex DurationPart();
}
