using Wharf.Daemon.Events;

namespace Wharf.Daemon.Containers;

/// <summary>Events of containers carry their labels, image and name.</summary>
internal sealed class ContainerEvents(EventLog log)
{
    internal void Pruned(long reclaimed) => log.Publish("container", "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    internal void Publish(Container container, string action, params (string Name, string Value)[] more)
    {
        var attributes = new Dictionary<string, string>(container.Config.Labels ?? new Dictionary<string, string>())
        {
            ["image"] = container.Config.Image,
            ["name"] = container.Document.Name,
        };
        foreach ((string name, string value) in more)
        {
            attributes[name] = value;
        }

        log.Publish("container", action, container.Id, attributes);
    }
}
