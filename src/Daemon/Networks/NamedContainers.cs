using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.Network.Names;

namespace Wharf.Daemon.Networks;

/// <summary>Containers in the form that the resolver knows.</summary>
internal sealed class NamedContainers(NetworkTable networks, NameDefaults defaults)
{
    /// <summary>Whether a container asks the resolver: when it has an end of a network of the user's.</summary>
    internal static bool Asks(ContainerDocument document) => document.Endpoints.Any(one => one.IsUp && HasNames(one));

    /// <summary>Null for one that neither asks nor has a name.</summary>
    internal NamedContainer? Of(Container container)
    {
        ContainerDocument document = container.Document;
        if (!document.State.Running || !Asks(document))
        {
            return null;
        }

        return new NamedContainer
        {
            Id = container.Id,
            Process = document.State.Pid,
            HasOutside = document.Endpoints.Any(LeadsOut),
            Servers = ResolverConfiguration.Upstreams(ResolverConfiguration.ReadHost(), document.HostConfig.Dns is { Count: > 0 } own ? own : defaults.Servers),
            Ends = [.. document.Endpoints.Where(one => one.IsUp && HasNames(one)).Select(one => Of(document, one))],
        };
    }

    private static bool HasNames(ContainerEndpoint endpoint) => endpoint.Network is not (NetworkMode.Bridge or NetworkMode.Host or NetworkMode.None) && endpoint.Mac.Length > 0;

    private bool LeadsOut(ContainerEndpoint endpoint) => endpoint.IsUp && endpoint.Mac.Length > 0 && networks.TryFind(endpoint.NetworkId) is { Record.Internal: false };

    private static NamedEnd Of(ContainerDocument document, ContainerEndpoint endpoint) => new()
    {
        Network = endpoint.NetworkId,
        NetworkName = endpoint.Network,
        Names = ContainerNames.Of(document, endpoint),
        Addresses = [.. Enumerable.Where([endpoint.Address, endpoint.Address6], one => one.Length > 0)],
        Links = (endpoint.Requested.Links ?? []).Select(link => link.Split(':', 2)).GroupBy(parts => parts[^1].ToLowerInvariant()).ToDictionary(group => group.Key, group => group.First()[0]),
    };
}
