using Wharf.ContainerdApi.Types;

namespace Wharf.Daemon.Containers;

/// <summary>The folders of a snapshot, topmost first, from the mounts that would put them together.</summary>
internal static class SnapshotLayers
{
    internal static IReadOnlyList<string> Of(IReadOnlyList<Mount> mounts)
    {
        var layers = new List<string>();
        foreach (Mount mount in mounts)
        {
            if (mount.Type != "overlay")
            {
                layers.Add(mount.Source);
                continue;
            }

            layers.AddRange(mount.Options.Where(option => option.StartsWith("upperdir=", StringComparison.Ordinal)).Select(option => option["upperdir=".Length..]));
            layers.AddRange(mount.Options.Where(option => option.StartsWith("lowerdir=", StringComparison.Ordinal)).SelectMany(option => option["lowerdir=".Length..].Split(':')));
        }

        return layers;
    }
}
