using Wharf.Daemon.Containers;
using Wharf.Daemon.Events;

namespace Wharf.Daemon.Networks;

/// <summary>Events of networks: one was made or removed, a container came or went.</summary>
internal sealed class NetworkEvents(EventLog log, NetworkTable networks)
{
    /// <summary>For each network of a container.</summary>
    internal void Publish(Container container, string action)
    {
        foreach (ContainerEndpoint endpoint in container.Document.Endpoints)
        {
            if (networks.ByName(endpoint.Network) is { } network)
            {
                Publish(network, action, container);
            }
        }
    }

    /// <param name="container">Null for an event of the network itself.</param>
    internal void Publish(KnownNetwork network, string action, Container? container = null)
    {
        var attributes = new Dictionary<string, string> { ["name"] = network.Name, ["type"] = network.Record.Driver };
        if (container is not null)
        {
            attributes["container"] = container.Id;
        }

        log.Publish("network", action, network.Id, attributes);
    }

    internal void PublishPrune() => log.Publish("network", "prune", "", new Dictionary<string, string> { ["reclaimed"] = "0" });
}
