using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Tests.Snapshots;

public sealed class OverlaySnapshotterTests : SnapshotterContract
{
    private protected override ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root) => new(Snapshotter.Overlay(records, root));
}
