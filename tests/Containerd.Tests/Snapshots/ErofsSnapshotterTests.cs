using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class ErofsSnapshotterTests : SnapshotterContract
{
    private protected override bool KeepsFiles => false;

    private protected override ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root)
    {
        Assert.SkipUnless(ErofsFolders.IsAvailable, "needs erofs in the kernel, and mkfs.erofs");
        return new(Snapshotter.Erofs(records, root));
    }
}
