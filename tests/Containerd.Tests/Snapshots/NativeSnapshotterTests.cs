using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class NativeSnapshotterTests : SnapshotterContract
{
    private protected override ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root) => new(Snapshotter.Native(records, root));
}
