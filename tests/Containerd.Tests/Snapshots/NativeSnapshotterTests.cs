using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class NativeSnapshotterTests : SnapshotterContract
{
    private protected override Snapshotter Make(MetadataStore records, string root) => Snapshotter.Native(records, root);
}
