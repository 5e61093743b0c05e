using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>
/// Stacks of layers. What a backend keeps exists before its record and outlives it, so that after a crash there is at most something
/// without a record, which the next start removes.
/// </summary>
internal sealed class Snapshotter(MetadataStore store, string name, SnapshotRecords table, SnapshotNumbers numbers, ISnapshotBackend backend)
{
    public const string OverlayName = "overlayfs";
    public const string NativeName = "native";
    public const string ErofsName = "erofs";

    /// <summary>The capability of showing layers with other owners.</summary>
    public const string RemapIds = "remap-ids";

    /// <summary>Of an active snapshot: the layer that it is to become.</summary>
    private const string Target = "containerd.io/snapshot.ref";
    private long begun;
    private int working;

    public string Name => name;

    /// <summary>True when another program keeps the snapshots.</summary>
    public bool IsRemote => backend is not FolderBackend;

    public IReadOnlyList<string> Capabilities => backend.Capabilities;

    /// <summary>What containerd calls the resources of leases that are snapshots of this one.</summary>
    public string Resource => LeaseRecords.SnapshotPrefix + name;

    public static Snapshotter Overlay(MetadataStore store, string root) =>
        new(store, OverlayName, new SnapshotRecords(RecordKind.Snapshot, string.Empty), new SnapshotNumbers(store, "snapshot-number"), new FolderBackend(new OverlayFolders(Folder(root, OverlayName))));

    public static Snapshotter Native(MetadataStore store, string root) =>
        new(store, NativeName, new SnapshotRecords(RecordKind.NativeSnapshot, string.Empty), new SnapshotNumbers(store, "snapshot-number-native"), new FolderBackend(new NativeFolders(Folder(root, NativeName))));

    public static Snapshotter Erofs(MetadataStore store, string root) =>
        new(store, ErofsName, new SnapshotRecords(RecordKind.ErofsSnapshot, string.Empty), new SnapshotNumbers(store, "snapshot-number-erofs"), new FolderBackend(new ErofsFolders(Folder(root, ErofsName))));

    /// <summary>One whose files are another program's; its records are in one table with those of others like it.</summary>
    public static Snapshotter Proxied(MetadataStore store, string name, ISnapshotBackend backend) =>
        new(store, name, new SnapshotRecords(RecordKind.ProxySnapshot, name + "\n"), new SnapshotNumbers(store, "snapshot-number-proxy"), backend);

    public static string Folder(string root, string name) => Path.Combine(root, $"io.containerd.snapshotter.v1.{name}");

    public async Task<IReadOnlyList<Mount>> CreateAsync(CallScope scope, string key, string parent, bool writable, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        if (key.Length == 0)
        {
            throw ContainerdException.Invalid("snapshot key must not be empty");
        }

        LabelRules.Check(labels);
        string target = labels.GetValueOrDefault(Target, string.Empty);
        if (target.Length > 0 && TryHold(scope, target))
        {
            throw ContainerdException.AlreadyExists($"target snapshot \"{target}\"");
        }

        IReadOnlyList<SnapshotPlace> parents = store.Read(records =>
            table.TryFind(records, scope.Namespace, key) is not null ? throw ContainerdException.AlreadyExists($"snapshot \"{key}\"")
            : parent.Length == 0 ? [] : table.Stack(records, scope.Namespace, parent));
        SnapshotPlace place = backend.Place(scope.Namespace, numbers.Next(), key);
        SnapshotPlace? found = null;
        bool recorded = false;
        BeginWork();
        try
        {
            found = await backend.CreateAsync(scope.Namespace, place, writable, parents.Count > 0 ? parents[0] : null, labels, cancellation).ConfigureAwait(false);
            string named = found is null ? key : target;
            store.Change(records =>
            {
                if (table.TryFind(records, scope.Namespace, named) is not null)
                {
                    throw ContainerdException.AlreadyExists($"snapshot \"{named}\"");
                }

                if (parent.Length > 0)
                {
                    _ = table.Stack(records, scope.Namespace, parent);
                }

                Kind kind = found is not null ? Kind.Committed : writable ? Kind.Active : Kind.View;
                table.Put(records, scope.Namespace, new SnapshotRecord(Described(named, parent, kind, labels), found ?? place));
                LeaseRecords.Hold(records, scope, Resource, named);
            });
            recorded = true;
        }
        finally
        {
            Interlocked.Decrement(ref working);
            if (!recorded && found is null)
            {
                await backend.RemoveAsync(scope.Namespace, place, CancellationToken.None).ConfigureAwait(false);
            }
        }

        return found is not null
            ? throw ContainerdException.AlreadyExists($"target snapshot \"{target}\" from snapshotter")
            : await backend.MountsAsync(scope.Namespace, place, writable, parents, labels, cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<Mount>> MountsAsync(string scope, string key, CancellationToken cancellation)
    {
        (SnapshotRecord record, IReadOnlyList<SnapshotPlace> parents) = store.Read(records =>
        {
            SnapshotRecord found = table.Find(records, scope, key);
            return (found, found.Info.Parent.Length == 0 ? [] : table.Stack(records, scope, found.Info.Parent));
        });
        return record.Info.Kind == Kind.Committed
            ? throw ContainerdException.Precondition($"snapshot \"{key}\" is committed and has no mounts")
            : backend.MountsAsync(scope, record.Place, record.Info.Kind == Kind.Active, parents, record.Info.Labels, cancellation);
    }

    /// <summary>Makes the content of an active snapshot a layer for others; on the disk when this returns.</summary>
    public async Task CommitAsync(CallScope scope, string target, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        if (target.Length == 0)
        {
            throw ContainerdException.Invalid("snapshot name must not be empty");
        }

        LabelRules.Check(labels);
        SnapshotRecord Ready(RecordQueries records)
        {
            SnapshotRecord current = table.Find(records, scope.Namespace, key);
            return current.Info.Kind != Kind.Active ? throw ContainerdException.Precondition($"snapshot \"{key}\" is not active")
                : table.TryFind(records, scope.Namespace, target) is not null ? throw ContainerdException.AlreadyExists($"snapshot \"{target}\"")
                : current;
        }

        SnapshotRecord active = store.Read(Ready);
        BeginWork();
        try
        {
            CommittedSnapshot committed = await backend.CommitAsync(scope.Namespace, active.Place, target, labels, cancellation).ConfigureAwait(false);
            store.Change(records =>
            {
                SnapshotRecord current = Ready(records);
                table.Delete(records, scope.Namespace, key);
                table.Put(records, scope.Namespace, new SnapshotRecord(Described(target, current.Info.Parent, Kind.Committed, labels), committed.Place, committed.Size, committed.Inodes));
                LeaseRecords.Hold(records, scope, Resource, target);
            });
            await backend.SettleAsync(committed.Place).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref working);
        }
    }

    public async Task RemoveAsync(string scope, string key)
    {
        SnapshotPlace place = store.Remove(records =>
        {
            SnapshotRecord record = table.Find(records, scope, key);
            if (record.Info.Kind == Kind.Committed && table.All(records, scope).Any(other => other.Info.Parent == key))
            {
                throw ContainerdException.Precondition("cannot remove snapshot with child");
            }

            table.Delete(records, scope, key);
            return record.Place;
        });
        Failpoint.Pass("containerd.snapshot.unrecorded");
        await backend.RemoveAsync(scope, place, CancellationToken.None).ConfigureAwait(false);
        store.Reserve();
    }

    /// <summary>True when there is a layer of that name, and the caller's lease keeps it from now on.</summary>
    public bool TryHold(CallScope scope, string committed) => store.Change(records =>
    {
        if (table.TryFind(records, scope.Namespace, committed) is not { Info.Kind: Kind.Committed })
        {
            return false;
        }

        LeaseRecords.Hold(records, scope, Resource, committed);
        return true;
    });

    /// <summary>Whom the files of a snapshot are to belong to; null when nobody said, or when it is not for this snapshotter to show.</summary>
    public IdMapping? MappingOf(string scope, string key) =>
        backend.Capabilities.Contains(RemapIds) && !IsRemote && store.Read(records => table.TryFind(records, scope, key)) is { } record ? IdMapping.Of(record.Info.Labels) : null;

    public SnapshotRecord Get(string scope, string key) => store.Read(records => table.Find(records, scope, key));

    public Info Update(string scope, Info given, IEnumerable<string> paths)
    {
        LabelRules.Check(given.Labels);
        return store.Change(records =>
        {
            SnapshotRecord record = table.Find(records, scope, given.Name);
            foreach (string path in paths)
            {
                if (!LabelRules.TryUpdate(path, record.Info.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" field of snapshot \"{given.Name}\"");
                }
            }

            record.Info.UpdatedAt = LabelRules.Now();
            table.Put(records, scope, record);
            return record.Info;
        });
    }

    public IReadOnlyList<Info> List(string scope) => [.. store.Read(records => table.All(records, scope)).Select(record => record.Info)];

    public async Task<(long Size, long Inodes)> UsageAsync(string scope, string key, CancellationToken cancellation)
    {
        SnapshotRecord record = Get(scope, key);
        return record.Info.Kind == Kind.Committed && record.Size > 0
            ? (record.Size, record.Inodes)
            : await backend.UsageAsync(scope, record.Place, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes what the backend has and no record names.</summary>
    public async Task RemoveUnrecordedAsync(CancellationToken cancellation)
    {
        // Before the records are read: what is made meanwhile has a larger number. A name says nothing of when it was given, so
        // what has one is left alone while somebody makes or commits.
        ulong limit = numbers.Start;
        long before = Interlocked.Read(ref begun);
        bool busy = Volatile.Read(ref working) > 0;
        IReadOnlyList<(string Scope, SnapshotPlace Place)> present = await backend.AllAsync(store.Read(records => records.Namespaces()), cancellation).ConfigureAwait(false);
        HashSet<string> known = store.Read(table.Places);
        bool still = !busy && before == Interlocked.Read(ref begun);
        await RemoveAsync(present.Where(one => !known.Contains(one.Place.Id) && (one.Place.Name.Length > 0 ? still : one.Place.Number < limit))).ConfigureAwait(false);
    }

    public IReadOnlyList<SnapshotRecord> All(RecordQueries records, string scope) => table.All(records, scope);

    /// <summary>Takes a record away in a transaction of the caller's, who has its place removed afterwards.</summary>
    public void Delete(RecordQueries records, string scope, string key) => table.Delete(records, scope, key);

    /// <summary>Removes places without a record, children before their parents.</summary>
    public async Task RemoveAsync(IEnumerable<(string Scope, SnapshotPlace Place)> places)
    {
        foreach ((string scope, SnapshotPlace place) in places.OrderByDescending(one => one.Place.Number).ToArray())
        {
            await backend.RemoveAsync(scope, place, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void BeginWork()
    {
        Interlocked.Increment(ref begun);
        Interlocked.Increment(ref working);
    }

    private static Info Described(string name, string parent, Kind kind, IReadOnlyDictionary<string, string> labels)
    {
        var info = new Info { Name = name, Parent = parent, Kind = kind, CreatedAt = LabelRules.Now() };
        info.UpdatedAt = info.CreatedAt;
        info.Labels.Add(labels.ToDictionary());
        return info;
    }
}
