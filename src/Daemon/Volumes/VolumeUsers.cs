using Wharf.Daemon.Containers;

namespace Wharf.Daemon.Volumes;

/// <summary>Which containers have a volume, whether they run or not.</summary>
internal sealed class VolumeUsers(ContainerTable table)
{
    internal IReadOnlyList<string> Of(string volume) =>
        [.. table.All().Where(container => container.Document.Mounts.Any(mount => mount.Volume == volume)).Select(container => container.Id)];
}
