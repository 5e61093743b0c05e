using System.Net;
using System.Net.Sockets;

namespace Wharf.Daemon.Networks;

/// <summary>resolv.conf(5) of a container, made from the host's.</summary>
internal static class ResolverConfiguration
{
    private const string HostFile = "/etc/resolv.conf";

    // systemd-resolved's list of the servers behind its own on loopback.
    private const string ResolvedFile = "/run/systemd/resolve/resolv.conf";
    private const string ResolvedServer = "127.0.0.53";

    // What docker falls back to.
    private static readonly string[] Public = ["8.8.8.8", "8.8.4.4"];

    /// <summary>The host's file as it is to be read, empty when there is none.</summary>
    internal static string ReadHost()
    {
        string text = ReadOrEmpty(HostFile);
        string[] servers = [.. Servers(text)];
        return servers.Length == 1 && servers[0] == ResolvedServer && ReadOrEmpty(ResolvedFile) is { Length: > 0 } behind ? behind : text;
    }

    /// <summary>
    /// Of a container with a network of its own: servers on the host's loopback and, without IPv6, those with an IPv6 address are
    /// out of its reach. What the user gives takes the place of the host's.
    /// </summary>
    internal static string ForOwnNetwork(string host, IReadOnlyList<string> servers, IReadOnlyList<string> domains, IReadOnlyList<string> options)
    {
        IEnumerable<string> used = servers.Count > 0 ? servers : Servers(host).Where(IsReachable);
        if (!used.Any())
        {
            used = Public;
        }

        return Compose(host, [.. used], domains, options);
    }

    /// <summary>Of a container that asks the resolver: single labels are tried as they are first, since they are names of containers.</summary>
    internal static string ForResolver(string host, IReadOnlyList<string> domains, IReadOnlyList<string> options)
    {
        string[] set = options.Count > 0 ? [.. options] : Last(host, "options");
        return Compose(host, ["127.0.0.11"], domains, set.Any(one => one.StartsWith("ndots:", StringComparison.Ordinal)) ? set : [.. set, "ndots:0"]);
    }

    /// <summary>Whom the resolver asks for a container: the user's servers, else the host's, those on its loopback among them.</summary>
    internal static IReadOnlyList<string> Upstreams(string host, IReadOnlyList<string> servers)
    {
        string[] found = [.. (servers.Count > 0 ? servers : Servers(host)).Where(one => IPAddress.TryParse(one, out _)).Distinct()];
        return found.Length > 0 ? found : Public;
    }

    /// <summary>Of a container on the host's network: the host's own, unless the user gives another.</summary>
    internal static string ForHostNetwork(string host, IReadOnlyList<string> servers, IReadOnlyList<string> domains, IReadOnlyList<string> options) =>
        servers.Count + domains.Count + options.Count == 0 ? host : Compose(host, servers.Count > 0 ? servers : [.. Servers(host)], domains, options);

    private static string Compose(string host, IReadOnlyList<string> servers, IReadOnlyList<string> domains, IReadOnlyList<string> options)
    {
        // A domain "." says: none.
        string[] search = domains.Count == 0 ? Last(host, "search") : [.. domains.Where(domain => domain != ".")];
        string[] set = options.Count == 0 ? Last(host, "options") : [.. options];
        List<string> lines = [.. servers.Select(server => "nameserver " + server)];
        if (search.Length > 0)
        {
            lines.Add("search " + string.Join(' ', search));
        }

        if (set.Length > 0)
        {
            lines.Add("options " + string.Join(' ', set));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static bool IsReachable(string server) =>
        IPAddress.TryParse(server, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address);

    private static IEnumerable<string> Servers(string text) => Lines(text, "nameserver").Where(words => words.Length > 1).Select(words => words[1]);

    private static string[] Last(string text, string keyword) => Lines(text, keyword).LastOrDefault()?[1..] ?? [];

    private static IEnumerable<string[]> Lines(string text, string keyword) => text.Split('\n')
        .Select(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 0 && words[0] == keyword);

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
