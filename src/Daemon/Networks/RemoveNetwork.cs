using Wharf.Daemon.Containers;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;

namespace Wharf.Daemon.Networks;

/// <summary>Removes networks that nobody is connected to.</summary>
internal sealed class RemoveNetwork(NetworkTable networks, NetworkDrivers drivers, ContainerTable table, NetworkEvents events)
{
    /// <exception cref="EngineException">Somebody is connected, or every engine has the network.</exception>
    internal async Task RunAsync(KnownNetwork network, CancellationToken cancellation)
    {
        if (network.Record.IsBuiltIn)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"{network.Name} is a pre-defined network and cannot be removed");
        }

        if (network.Record.ConfigOnly && networks.All.FirstOrDefault(one => one.Record.ConfigFrom == network.Name) is { } user)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"configuration network \"{network.Name}\" is in use: network \"{user.Name}\" takes its configuration from it");
        }

        if (!network.BeginRemoval())
        {
            string users = string.Join(", ", network.Endpoints.Keys.Select(id => $"name:\"{table.FindId(id)?.Document.Name}\" id:\"{id[..12]}\""));
            throw new EngineException(EngineErrorKind.Forbidden, $"error while removing network: network {network.Name} id {network.Id} has active endpoints ({users})");
        }

        try
        {
            if (!network.Record.ConfigOnly)
            {
                await drivers.Of(network).RemoveAsync(network, cancellation).ConfigureAwait(false);
            }

            networks.Remove(network);
        }
        catch
        {
            network.CancelRemoval();
            throw;
        }

        events.Publish(network, "destroy");
    }

    /// <summary>Removes all that no container, running or not, is to be connected to; the names of those that went.</summary>
    internal async Task<IReadOnlyList<string>> PruneAsync(QueryFilters filters, CancellationToken cancellation)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        List<string> removed = [];
        foreach (KnownNetwork network in networks.All.Where(one => !one.Record.IsBuiltIn && !one.Record.ConfigOnly))
        {
            bool used = table.All().Any(container => container.Document.Endpoints.Any(endpoint => endpoint.Network == network.Name));
            if (used || !filters.All("until", time => network.Record.Created < ImageFilters.Moment(time, now))
                || !filters.All("label", label => QueryFilters.LabelMatches(label, network.Record.Labels))
                || (filters.Has("label!") && filters.Any("label!", label => QueryFilters.LabelMatches(label, network.Record.Labels))))
            {
                continue;
            }

            try
            {
                await RunAsync(network, cancellation).ConfigureAwait(false);
                removed.Add(network.Name);
            }
            catch (EngineException error) when (error.Kind == EngineErrorKind.Forbidden)
            {
                // Somebody has connected since.
            }
        }

        if (removed.Count > 0)
        {
            events.PublishPrune();
        }

        return removed;
    }
}
