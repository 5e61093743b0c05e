using Wharf.Daemon.Containers;
using Wharf.Daemon.Events;

namespace Wharf.Daemon.Networks;

/// <summary>Events of networks: a container came or went.</summary>
internal sealed class NetworkEvents(EventLog log, NetworkTable networks)
{
    internal void Publish(Container container, string action)
    {
        if (networks.ByName(container.Document.HostConfig.NetworkMode) is { } network)
        {
            log.Publish("network", action, network.Id, new Dictionary<string, string> { ["container"] = container.Id, ["name"] = network.Name, ["type"] = network.Driver });
        }
    }
}
