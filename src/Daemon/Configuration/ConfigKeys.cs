using System.Text.Json;

namespace Wharf.Daemon.Configuration;

/// <summary>The keys of docker's daemon.json: which there are, and which are of no effect here.</summary>
internal static class ConfigKeys
{
    private static readonly string[] WithoutEffect =
    [
        "allow-direct-routing", "allow-nondistributable-artifacts", "api-cors-header", "bridge-accept-fwmark", "builder", "cluster-advertise", "cluster-store",
        "cluster-store-opts", "containerd-namespace", "containerd-plugin-namespace", "containers", "cpu-rt-period", "cpu-rt-runtime", "cri-containerd",
        "default-gateway", "default-gateway-v6", "default-network-opts", "features", "firewall-backend", "fixed-cidr", "fixed-cidr-v6", "graph", "http-proxy",
        "https-proxy", "ip-forward-no-drop", "ip6tables", "live-restore", "log-format", "log-level", "min-api-version", "network-control-plane-mtu", "no-proxy",
        "node-generic-resources", "oom-score-adjust", "proxies", "raw-logs", "resolv-conf", "rootless", "selinux-enabled", "shutdown-timeout", "storage-opts",
        "swarm-default-advertise-addr", "userland-proxy", "userland-proxy-path",
    ];

    /// <summary>Keys of the file that docker knows and that change nothing here, to be named at the start.</summary>
    /// <param name="known">Those that are read.</param>
    /// <exception cref="EngineException">Keys that docker does not know either.</exception>
    internal static IReadOnlyList<string> Check(string path, byte[] text, IReadOnlyCollection<string> known)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        string[] keys = [.. document.RootElement.EnumerateObject().Select(property => property.Name)];
        string[] unknown = [.. keys.Where(key => !known.Contains(key) && !WithoutEffect.Contains(key)).Order(StringComparer.Ordinal)];
        return unknown.Length > 0
            ? throw new EngineException(EngineErrorKind.InvalidParameter, $"unable to configure the daemon with file {path}: the following directives don't match any configuration option: {string.Join(", ", unknown)}")
            : [.. keys.Where(WithoutEffect.Contains)];
    }
}
