using Wharf.Daemon.Containers;
using Wharf.Network.Addresses;
using Wharf.Network.Firewall;

namespace Wharf.Daemon.Networks;

/// <summary>Publishes the ports of containers: through the ends that lead out of them.</summary>
/// <param name="firewall">Null when the host's firewall is not ours to write: the forwarders carry everything then.</param>
internal sealed class PublishPorts(HostFirewall? firewall, HostPorts hostPorts, BridgeDriver bridges)
{
    /// <summary>Takes the host's ports for a container whose ends have their addresses.</summary>
    internal IReadOnlyList<ContainerPort> Take(ContainerDocument document, ContainerNetworks networks)
    {
        IReadOnlyList<PortRequest> requests = PortRequest.Parse(document.HostConfig, document.Config);
        if (requests.Count == 0)
        {
            return [];
        }

        (IpAddress? four, bool routed4) = Target(document, networks, isV6: false);
        (IpAddress? six, bool routed6) = Target(document, networks, isV6: true);
        IpAddress? binding = networks.WayOut(document, isV6: false) is { Network.Record.Driver: "bridge" } way ? bridges.Options(way.Network.Record).Binding : null;
        binding = binding is { IsAny: true } ? null : binding;
        List<ContainerPort> taken = [.. hostPorts.Take(document.Id, requests, routed4 ? null : four, routed6 ? null : six, binding)];
        taken.AddRange(Routed(requests, routed4 ? four : null, "0.0.0.0"));
        taken.AddRange(Routed(requests, routed6 ? six : null, "::"));
        return taken;
    }

    /// <summary>Holds the ports of a container that goes on; the firewall gets them with all others.</summary>
    internal void Resume(ContainerDocument document, ContainerNetworks networks)
    {
        if (document.Ports.Count > 0)
        {
            hostPorts.Resume(document.Id, document.Ports, Target(document, networks, isV6: false).Address, Target(document, networks, isV6: true).Address);
            Open(document, networks);
        }
    }

    /// <summary>Lets them in.</summary>
    internal void Open(ContainerDocument document, ContainerNetworks networks)
    {
        if (document.Ports.Count > 0)
        {
            firewall?.Publish(Rules(document, networks));
        }
    }

    /// <summary>Shuts and gives back what the container has.</summary>
    internal void Close(ContainerDocument document, ContainerNetworks networks)
    {
        Shut(document, networks);
        hostPorts.Release(document.Id);
    }

    /// <summary>Shuts them; they stay the container's.</summary>
    internal void Shut(ContainerDocument document, ContainerNetworks networks)
    {
        if (document.Ports.Count > 0)
        {
            firewall?.Withdraw(Rules(document, networks));
        }
    }

    /// <summary>The same ports of the host, to other addresses of the container: its way out has changed.</summary>
    internal void Move(ContainerDocument document, ContainerNetworks networks)
    {
        hostPorts.Release(document.Id);
        hostPorts.Resume(document.Id, document.Ports, Target(document, networks, isV6: false).Address, Target(document, networks, isV6: true).Address);
    }

    /// <summary>After a start that failed before anything was let in.</summary>
    internal void Forget(string container) => hostPorts.Release(container);

    private static IEnumerable<ContainerPort> Routed(IReadOnlyList<PortRequest> requests, IpAddress? target, string host) =>
        target is null ? [] : requests.Select(request => new ContainerPort { Protocol = request.Protocol, Port = request.Port, HostAddress = host });

    private (IpAddress? Address, bool Routed) Target(ContainerDocument document, ContainerNetworks networks, bool isV6)
    {
        if (networks.WayOut(document, isV6) is not { Network.Record.Driver: "bridge" } way)
        {
            return (null, false);
        }

        BridgeOptions options = bridges.Options(way.Network.Record);
        string address = isV6 ? way.Endpoint.Address6 : way.Endpoint.Address;
        return (address.Length > 0 ? IpAddress.Parse(address) : null, (isV6 ? options.Mode6 : options.Mode4) == GatewayMode.Routed);
    }

    private List<PublishedPort> Rules(ContainerDocument document, ContainerNetworks networks)
    {
        IpAddress? four = Target(document, networks, isV6: false).Address;
        IpAddress? six = Target(document, networks, isV6: true).Address;
        return [.. from port in document.Ports
                   let host = IpAddress.Parse(port.HostAddress)
                   let target = host.IsV6 ? six : four
                   where target is not null
                   select new PublishedPort(port.Protocol, host, (ushort)port.HostPort, target.Value, (ushort)port.Port)];
    }
}
