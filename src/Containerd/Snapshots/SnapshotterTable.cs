using Microsoft.Extensions.Logging;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Snapshots;

/// <summary>The snapshotters of this daemon by their names.</summary>
internal sealed class SnapshotterTable(IReadOnlyList<Snapshotter> all, ILogger<SnapshotterTable> log)
{
    /// <summary>Those that are part of the daemon on this machine.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Capabilities)> Own =>
        [(Snapshotter.OverlayName, []), (Snapshotter.NativeName, []), .. ErofsFolders.IsAvailable ? new (string, IReadOnlyList<string>)[] { (Snapshotter.ErofsName, []) } : []];

    public IReadOnlyList<Snapshotter> All => all;

    /// <summary>Those of this daemon's own that are wanted; the others leave no trace on the disk.</summary>
    public static IEnumerable<Snapshotter> Make(MetadataStore store, string root, Func<string, bool> wanted)
    {
        if (wanted(Snapshotter.OverlayName))
        {
            yield return Snapshotter.Overlay(store, root);
        }

        if (wanted(Snapshotter.NativeName))
        {
            yield return Snapshotter.Native(store, root);
        }

        if (wanted(Snapshotter.ErofsName) && ErofsFolders.IsAvailable)
        {
            yield return Snapshotter.Erofs(store, root);
        }
    }

    public Snapshotter Get(string name) => all.FirstOrDefault(one => one.Name == name)
        ?? throw ContainerdException.Invalid(name.Length == 0 ? "snapshotter argument missing" : $"snapshotter not loaded: {name}");

    /// <summary>Has each of one sort remove what no record names. One that cannot now is asked again after the next removal.</summary>
    public async Task RemoveUnrecordedAsync(bool remote, CancellationToken cancellation)
    {
        foreach (Snapshotter snapshotter in all.Where(one => one.IsRemote == remote))
        {
            try
            {
                await snapshotter.RemoveUnrecordedAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (error is ContainerdException or IOException)
            {
                Failures.StepFailed(log, "remove unrecorded snapshots", snapshotter.Name, error.Message);
            }
        }
    }
}
