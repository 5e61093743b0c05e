using System.Net;
using System.Net.Sockets;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Networks;

/// <summary>The files that tell a container who it is and whom to ask: made anew for each run, bound over those of its image.</summary>
internal sealed class NetworkFiles(ContainerTable table, NameDefaults defaults)
{
    private const string HostsOfHost = "/etc/hosts";

    /// <summary>In place: a container that runs has the files bound, not their names.</summary>
    internal void Write(Container container)
    {
        HostConfig host = container.Document.HostConfig;
        IReadOnlyList<ContainerEndpoint> endpoints = [.. container.Document.Endpoints.Where(one => one.IsUp)];
        string name = container.Config.Hostname;
        IReadOnlyList<string> extra = host.ExtraHosts ?? [];
        (IReadOnlyList<string> servers, IReadOnlyList<string> domains, IReadOnlyList<string> options) = (Own(host.Dns, defaults.Servers), Own(host.DnsSearch, defaults.Search), Own(host.DnsOptions, defaults.Options));
        string resolver = ResolverConfiguration.ReadHost();
        bool shared = host.NetworkMode == NetworkMode.Host;
        string gateway = defaults.HostGateways.OrderBy(one => IPAddress.Parse(one).AddressFamily == AddressFamily.InterNetworkV6).FirstOrDefault() ?? endpoints.Select(one => one.Gateway).FirstOrDefault(one => one.Length > 0) ?? "";
        File.WriteAllText(Path.Combine(container.Folder, "hostname"), name + "\n");
        File.WriteAllText(
            Path.Combine(container.Folder, "hosts"),
            shared
                ? HostsFile.ForHostNetwork(File.Exists(HostsOfHost) ? File.ReadAllText(HostsOfHost) : "", extra, gateway)
                : HostsFile.ForOwnNetwork(extra, gateway, [.. endpoints.SelectMany(one => new[] { one.Address, one.Address6 }).Where(one => one.Length > 0)], name, container.Config.Domainname) + Links(host));
        File.WriteAllText(
            Path.Combine(container.Folder, "resolv.conf"),
            shared
                ? ResolverConfiguration.ForHostNetwork(resolver, servers, domains, options)
                : NamedContainers.Asks(container.Document) ? ResolverConfiguration.ForResolver(resolver, domains, options)
                : ResolverConfiguration.ForOwnNetwork(resolver, servers, domains, options));
    }

    private static IReadOnlyList<string> Own(IReadOnlyList<string>? own, IReadOnlyList<string> otherwise) => own is { Count: > 0 } ? own : otherwise;

    /// <summary>The older links of the default network: NAME:ALIAS, as lines of hosts(5).</summary>
    private string Links(HostConfig host) => host.NetworkMode != NetworkMode.Bridge ? "" : string.Concat(
        from link in host.Links ?? []
        let parts = link.Split(':')
        let target = table.TryFind(parts[0])
        where target is { State.Running: true }
        let alias = parts[^1].Split('/')[^1]
        from endpoint in target.Document.Endpoints
        where endpoint.Network == NetworkMode.Bridge && endpoint.Address.Length > 0
        select $"{endpoint.Address}\t{alias} {target.Config.Hostname} {target.Document.Name}\n");
}
