using Wharf.Daemon.Http;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Removes all containers that do not run.</summary>
internal sealed class PruneContainers(ContainerTable table, ContainerLife life, ContainerSizes sizes)
{
    private static readonly string[] Filters = ["label", "label!", "until"];

    internal async Task<PrunedContainers> RunAsync(string? filters)
    {
        QueryFilters wanted = QueryFilters.Parse(filters, Filters);
        var removed = new List<string>();
        long reclaimed = 0;
        foreach (Container container in table.All().Where(one => !one.State.Running && !one.State.Restarting))
        {
            IReadOnlyDictionary<string, string> labels = container.Config.Labels ?? new Dictionary<string, string>();
            if (wanted.All("label", label => QueryFilters.LabelMatches(label, labels))
                && wanted.All("label!", label => !QueryFilters.LabelMatches(label, labels))
                && wanted.All("until", time => container.Document.Created < Images.ImageFilters.Moment(time, DateTimeOffset.UtcNow)))
            {
                reclaimed += (await sizes.OfAsync(container, CancellationToken.None).ConfigureAwait(false)).Own;
                await life.RemoveAsync(container).ConfigureAwait(false);
                removed.Add(container.Id);
            }
        }

        return new PrunedContainers { ContainersDeleted = removed.Count == 0 ? null : removed, SpaceReclaimed = reclaimed };
    }
}
