using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class OverlaySnapshotterTests : SnapshotterContract
{
    private protected override Snapshotter Make(MetadataStore records, string root) => Snapshotter.Overlay(records, root);
}
