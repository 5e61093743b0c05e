using Microsoft.Extensions.Logging.Abstractions;
using Wharf.Containerd.Events;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Proxies;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Tests.Rpc;

namespace Wharf.Containerd.Tests.Snapshots;

/// <summary>Snapshots that another program keeps: here the service of a second daemon's, over a socket.</summary>
public sealed class ProxySnapshotterTests : SnapshotterContract
{
    private GrpcHost? other;
    private MetadataStore? others;

    private protected override async ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root)
    {
        if (other is null)
        {
            Directory.CreateDirectory(root);
            others = new MetadataStore(Path.Combine(root, "others.db"));
            var table = new SnapshotterTable([Snapshotter.Overlay(others, root)], NullLogger<SnapshotterTable>.Instance);
            other = await GrpcHost.StartAsync(binder => ContainerdApi.Snapshots.V1.Snapshots.BindService(binder, new SnapshotsService(table, new EventExchange())));
        }

        return Snapshotter.Proxied(records, "overlayfs", new ProxySnapshots(other.Client, new ProxyPlugin("overlayfs", ProxyPlugin.Snapshot, other.Socket)));
    }

    private protected override async ValueTask EndAsync()
    {
        if (other is not null)
        {
            await other.DisposeAsync();
        }

        others?.Dispose();
    }
}
