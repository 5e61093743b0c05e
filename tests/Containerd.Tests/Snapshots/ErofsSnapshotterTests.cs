using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class ErofsSnapshotterTests : SnapshotterContract
{
    private protected override bool KeepsFiles => false;

    private protected override ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root)
    {
        Assert.SkipUnless(ErofsFolders.IsAvailable, "needs erofs in the kernel, and mkfs.erofs");
        return new(Snapshotter.Erofs(records, root));
    }

    /// <summary>Snapshots that a test leaves have their layers mounted.</summary>
    private protected override ValueTask EndAsync()
    {
        foreach (string point in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(Root + "/", StringComparison.Ordinal)).ToArray())
        {
            Mounts.Unmount(point, detach: true);
        }

        return ValueTask.CompletedTask;
    }
}
