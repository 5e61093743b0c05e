using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Networks;

/// <summary>The files that tell a container who it is and whom to ask: made anew for each run, bound over those of its image.</summary>
internal static class NetworkFiles
{
    private const string HostsOfHost = "/etc/hosts";

    internal static void Write(Container container, NetworkEndpoint endpoint, string gateway)
    {
        HostConfig host = container.Document.HostConfig;
        string name = container.Config.Hostname;
        IReadOnlyList<string> extra = host.ExtraHosts ?? [];
        (IReadOnlyList<string> servers, IReadOnlyList<string> domains, IReadOnlyList<string> options) = (host.Dns ?? [], host.DnsSearch ?? [], host.DnsOptions ?? []);
        string resolver = ResolverConfiguration.ReadHost();
        bool shared = host.NetworkMode == NetworkMode.Host;
        File.WriteAllText(Path.Combine(container.Folder, "hostname"), name + "\n");
        File.WriteAllText(
            Path.Combine(container.Folder, "hosts"),
            shared
                ? HostsFile.ForHostNetwork(File.Exists(HostsOfHost) ? File.ReadAllText(HostsOfHost) : "", extra, gateway)
                : HostsFile.ForOwnNetwork(extra, gateway, endpoint.Address, name, container.Config.Domainname));
        File.WriteAllText(
            Path.Combine(container.Folder, "resolv.conf"),
            shared
                ? ResolverConfiguration.ForHostNetwork(resolver, servers, domains, options)
                : ResolverConfiguration.ForOwnNetwork(resolver, servers, domains, options));
    }
}
