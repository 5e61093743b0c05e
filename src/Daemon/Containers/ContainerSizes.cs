using Wharf.Daemon.Images;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>What containers take on the disk.</summary>
internal sealed class ContainerSizes(TaskClient tasks, ImageOperations images)
{
    /// <summary>Bytes of the container's own layer, and of all its files.</summary>
    internal async Task<(long Own, long Root)> OfAsync(Container container, CancellationToken cancellation)
    {
        long own = await tasks.SnapshotSizeAsync(container.Id, cancellation).ConfigureAwait(false);
        return (own, own + await images.UnpackedSizeAsync(container.Document.ImageId, cancellation).ConfigureAwait(false));
    }

    internal async Task<ContainerSummary> AddAsync(Container container, ContainerSummary summary, CancellationToken cancellation)
    {
        (long own, long root) = await OfAsync(container, cancellation).ConfigureAwait(false);
        return summary with { SizeRw = own, SizeRootFs = root };
    }
}
