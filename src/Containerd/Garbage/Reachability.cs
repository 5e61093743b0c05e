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
    private const string SnapshotReference = "containerd.io/gc.ref.snapshot." + OverlaySnapshots.Name;

    // Between a snapshot and the container that it is for lies a moment without any reference.
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);
    private readonly string scope;
    private readonly Dictionary<string, ContainerdApi.Content.V1.Info> content;
    private readonly Dictionary<string, SnapshotRecord> snapshots;
    private readonly HashSet<string> reachedContent = [];
    private readonly HashSet<string> reachedSnapshots = [];
    private readonly Stack<Action> waiting = [];

    private Reachability(RecordQueries records, string scope)
    {
        this.scope = scope;
        content = records.List(ContainerdApi.Content.V1.Info.Parser, scope, RecordKind.Content).ToDictionary(info => info.Digest);
        snapshots = OverlaySnapshots.All(records, scope).ToDictionary(record => record.Info.Name);
    }

    public static Reachability Of(RecordQueries records, string scope, DateTimeOffset now)
    {
        var walk = new Reachability(records, scope);
        walk.TakeLeases(records, now);
        foreach (Image image in records.List(Image.Parser, scope, RecordKind.Image))
        {
            walk.ReachContent(image.Target.Digest);
            walk.Follow(image.Labels);
        }

        foreach (Container container in records.List(Container.Parser, scope, RecordKind.Container))
        {
            walk.ReachSnapshot(container.SnapshotKey);
            walk.Follow(container.Labels);
        }

        foreach (ContainerdApi.Content.V1.Info info in walk.content.Values.Where(info => info.Labels.ContainsKey(RootLabel)))
        {
            walk.ReachContent(info.Digest);
        }

        foreach (SnapshotRecord record in walk.snapshots.Values.Where(record =>
            record.Info.Labels.ContainsKey(RootLabel) || (record.Info.Kind != Kind.Committed && now - record.Info.CreatedAt.ToDateTimeOffset() < Youth)))
        {
            walk.ReachSnapshot(record.Info.Name);
        }

        while (walk.waiting.TryPop(out Action? step))
        {
            step();
        }

        return walk;
    }

    /// <summary>Removes the records of the rest. True when blobs may be left without one; the folders of snapshots are added to the list.</summary>
    public bool Sweep(RecordQueries records, List<ulong> folders)
    {
        foreach ((string key, SnapshotRecord record) in snapshots.Where(pair => !reachedSnapshots.Contains(pair.Key)))
        {
            records.Delete(scope, RecordKind.Snapshot, key);
            folders.Add(record.Number);
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
            else if (resource.Type == LeaseRecords.SnapshotPrefix + OverlaySnapshots.Name)
            {
                ReachSnapshot(resource.Id);
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
            else if (Names(key, SnapshotReference))
            {
                ReachSnapshot(value);
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

    private void ReachSnapshot(string key)
    {
        if (snapshots.TryGetValue(key, out SnapshotRecord? record) && reachedSnapshots.Add(key))
        {
            waiting.Push(() =>
            {
                ReachSnapshot(record.Info.Parent);
                Follow(record.Info.Labels);
            });
        }
    }
}
