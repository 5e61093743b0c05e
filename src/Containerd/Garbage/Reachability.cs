using System.Globalization;
using Google.Protobuf.Collections;
using Wharf.ContainerdApi.Containers.V1;
using Wharf.ContainerdApi.Images.V1;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Garbage;

/// <summary>What the roots of a namespace lead to: containerd's labels <c>containerd.io/gc.*</c>, targets of images, snapshots of containers, parents.</summary>
internal sealed class Reachability
{
    private const string RootLabel = "containerd.io/gc.root";
    private const string ExpireLabel = "containerd.io/gc.expire";
    private const string ContentReference = "containerd.io/gc.ref.content";
    private const string SnapshotReference = "containerd.io/gc.ref.snapshot.";

    // Between a snapshot and the container that it is for lies a moment without any reference.
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);
    private readonly string scope;
    private readonly Dictionary<string, ContainerdApi.Content.V1.Info> content;
    private readonly SnapshotterTable snapshotters;
    private readonly Dictionary<(Snapshotter Snapshotter, string Key), SnapshotRecord> snapshots = [];
    private readonly HashSet<string> reachedContent = [];
    private readonly HashSet<(Snapshotter, string)> reachedSnapshots = [];
    private readonly Stack<Action> waiting = [];

    private Reachability(RecordQueries records, SnapshotterTable snapshotters, string scope)
    {
        this.scope = scope;
        content = records.List(ContainerdApi.Content.V1.Info.Parser, scope, RecordKind.Content).ToDictionary(info => info.Digest);
        this.snapshotters = snapshotters;
        foreach (Snapshotter snapshotter in snapshotters.All)
        {
            foreach (SnapshotRecord record in snapshotter.All(records, scope))
            {
                snapshots[(snapshotter, record.Info.Name)] = record;
            }
        }
    }

    public static Reachability Of(RecordQueries records, SnapshotterTable snapshotters, string scope, DateTimeOffset now)
    {
        var walk = new Reachability(records, snapshotters, scope);
        walk.TakeLeases(records, now);
        foreach (Image image in records.List(Image.Parser, scope, RecordKind.Image))
        {
            walk.ReachContent(image.Target.Digest);
            walk.Follow(image.Labels);
        }

        foreach (Container container in records.List(Container.Parser, scope, RecordKind.Container))
        {
            walk.ReachSnapshot(snapshotters.All.FirstOrDefault(one => one.Name == container.Snapshotter), container.SnapshotKey);
            walk.Follow(container.Labels);
        }

        foreach (ContainerdApi.Content.V1.Info info in walk.content.Values.Where(info => info.Labels.ContainsKey(RootLabel)))
        {
            walk.ReachContent(info.Digest);
        }

        foreach (((Snapshotter snapshotter, string key), _) in walk.snapshots.Where(pair => pair.Value is var record && (
            record.Info.Labels.ContainsKey(RootLabel) || (record.Info.Kind != Kind.Committed && now - record.Info.CreatedAt.ToDateTimeOffset() < Youth))))
        {
            walk.ReachSnapshot(snapshotter, key);
        }

        while (walk.waiting.TryPop(out Action? step))
        {
            step();
        }

        return walk;
    }

    /// <summary>Removes the records of the rest. True when blobs may be left without one; where snapshots are is added to the list.</summary>
    public bool Sweep(RecordQueries records, List<(Snapshotter Snapshotter, string Scope, SnapshotPlace Place)> places)
    {
        foreach (((Snapshotter snapshotter, string key), SnapshotRecord record) in snapshots.Where(pair => !reachedSnapshots.Contains(pair.Key)))
        {
            snapshotter.Delete(records, scope, key);
            places.Add((snapshotter, scope, record.Place));
        }

        bool any = false;
        foreach (string digest in content.Keys.Where(digest => !reachedContent.Contains(digest)))
        {
            any |= records.Delete(scope, RecordKind.Content, digest);
        }

        return any;
    }

    private void TakeLeases(RecordQueries records, DateTimeOffset now)
    {
        var alive = new HashSet<string>();
        foreach (Lease lease in records.List(Lease.Parser, scope, RecordKind.Lease))
        {
            if (lease.Labels.TryGetValue(ExpireLabel, out string? text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset end) && end < now)
            {
                LeaseRecords.Delete(records, scope, lease.Id);
                continue;
            }

            alive.Add(lease.Id);
            Follow(lease.Labels);
        }

        foreach ((_, Resource resource) in LeaseRecords.All(records, scope).Where(held => alive.Contains(held.Lease)))
        {
            if (resource.Type == LeaseRecords.Content)
            {
                ReachContent(resource.Id);
            }
            else
            {
                ReachSnapshot(snapshotters.All.FirstOrDefault(one => one.Resource == resource.Type), resource.Id);
            }
        }
    }

    private void Follow(MapField<string, string> labels)
    {
        foreach ((string key, string value) in labels)
        {
            if (Names(key, ContentReference))
            {
                ReachContent(value);
            }
            else
            {
                ReachSnapshot(snapshotters.All.FirstOrDefault(one => Names(key, SnapshotReference + one.Name)), value);
            }
        }
    }

    /// <summary>The label itself, or with a word after a dot or slash that tells it from others.</summary>
    private static bool Names(string key, string label) =>
        key.StartsWith(label, StringComparison.Ordinal) && (key.Length == label.Length || key[label.Length] is '.' or '/');

    private void ReachContent(string digest)
    {
        if (content.TryGetValue(digest, out ContainerdApi.Content.V1.Info? info) && reachedContent.Add(digest))
        {
            waiting.Push(() => Follow(info.Labels));
        }
    }

    private void ReachSnapshot(Snapshotter? snapshotter, string key)
    {
        if (snapshotter is not null && snapshots.TryGetValue((snapshotter, key), out SnapshotRecord? record) && reachedSnapshots.Add((snapshotter, key)))
        {
            waiting.Push(() =>
            {
                ReachSnapshot(snapshotter, record.Info.Parent);
                Follow(record.Info.Labels);
            });
        }
    }
}
