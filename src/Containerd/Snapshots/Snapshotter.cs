using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>
/// Stacks of layers. A folder exists before its record and outlives it, so that after a crash there are at most folders without a
/// record, which the next start removes.
/// </summary>
internal sealed class Snapshotter(MetadataStore store, string name, RecordKind kind, string counter, ISnapshotFolders folders)
{
    public const string OverlayName = "overlayfs";
    public const string NativeName = "native";

    // Numbers are taken from a block that the store has given out, so that one transaction is enough for a snapshot.
    private const ulong Block = 1024;
    private readonly Lock gate = new();
    private ulong next;
    private ulong end;

    public string Name => name;

    public RecordKind Records => kind;

    /// <summary>What containerd calls the resources of leases that are snapshots of this one.</summary>
    public string Resource => LeaseRecords.SnapshotPrefix + name;

    public static Snapshotter Overlay(MetadataStore store, string root) =>
        new(store, OverlayName, RecordKind.Snapshot, "snapshot-number", new OverlayFolders(Path.Combine(root, "io.containerd.snapshotter.v1.overlayfs")));

    public static Snapshotter Native(MetadataStore store, string root) =>
        new(store, NativeName, RecordKind.NativeSnapshot, "snapshot-number-native", new NativeFolders(Path.Combine(root, "io.containerd.snapshotter.v1.native")));

    public IReadOnlyList<Mount> Create(CallScope scope, string key, string parent, bool writable, IReadOnlyDictionary<string, string> labels)
    {
        if (key.Length == 0)
        {
            throw ContainerdException.Invalid("snapshot key must not be empty");
        }

        (IReadOnlyList<ulong> parents, bool exists) = store.Read(records =>
            (parent.Length == 0 ? [] : Stack(records, scope.Namespace, parent), records.Find(scope.Namespace, kind, key) is not null));
        if (exists)
        {
            throw ContainerdException.AlreadyExists($"snapshot \"{key}\"");
        }

        ulong number = NextNumber();
        try
        {
            folders.Create(number, writable, parents.Count > 0 ? parents[0] : null);
            store.Change(records =>
            {
                if (records.Find(scope.Namespace, kind, key) is not null)
                {
                    throw ContainerdException.AlreadyExists($"snapshot \"{key}\"");
                }

                if (parent.Length > 0)
                {
                    _ = Stack(records, scope.Namespace, parent);
                }

                var info = new Info { Name = key, Parent = parent, Kind = writable ? Kind.Active : Kind.View, CreatedAt = LabelRules.Now() };
                info.UpdatedAt = info.CreatedAt;
                info.Labels.Add(labels.ToDictionary());
                LabelRules.Check(info.Labels);
                Put(records, scope.Namespace, new SnapshotRecord(info, number));
                LeaseRecords.Hold(records, scope, Resource, key);
            });
        }
        catch
        {
            folders.Remove(number);
            throw;
        }

        return folders.Mounts(number, writable, parents);
    }

    public IReadOnlyList<Mount> Mounts(string scope, string key)
    {
        (SnapshotRecord record, IReadOnlyList<ulong> parents) = store.Read(records =>
        {
            SnapshotRecord found = Find(records, scope, key);
            return (found, found.Info.Parent.Length == 0 ? [] : Stack(records, scope, found.Info.Parent));
        });
        return record.Info.Kind == Kind.Committed
            ? throw ContainerdException.Precondition($"snapshot \"{key}\" is committed and has no mounts")
            : folders.Mounts(record.Number, record.Info.Kind == Kind.Active, parents);
    }

    /// <summary>Makes the content of an active snapshot a layer for others; on the disk when this returns.</summary>
    public void Commit(CallScope scope, string target, string key, IReadOnlyDictionary<string, string> labels)
    {
        if (target.Length == 0)
        {
            throw ContainerdException.Invalid("snapshot name must not be empty");
        }

        SnapshotRecord active = Get(scope.Namespace, key);
        (long size, long inodes) = DirectoryTree.Usage(folders.Layer(active.Number));
        folders.Sync(active.Number);
        store.Change(records =>
        {
            SnapshotRecord current = Find(records, scope.Namespace, key);
            if (current.Info.Kind != Kind.Active)
            {
                throw ContainerdException.Precondition($"snapshot \"{key}\" is not active");
            }

            if (records.Find(scope.Namespace, kind, target) is not null)
            {
                throw ContainerdException.AlreadyExists($"snapshot \"{target}\"");
            }

            var info = new Info { Name = target, Parent = current.Info.Parent, Kind = Kind.Committed, CreatedAt = LabelRules.Now() };
            info.UpdatedAt = info.CreatedAt;
            info.Labels.Add(labels.ToDictionary());
            LabelRules.Check(info.Labels);
            records.Delete(scope.Namespace, kind, key);
            Put(records, scope.Namespace, new SnapshotRecord(info, current.Number, size, inodes));
            LeaseRecords.Hold(records, scope, Resource, target);
        });
    }

    public void Remove(string scope, string key)
    {
        ulong number = store.Remove(records =>
        {
            SnapshotRecord record = Find(records, scope, key);
            if (record.Info.Kind == Kind.Committed && All(records, scope).Any(other => other.Info.Parent == key))
            {
                throw ContainerdException.Precondition("cannot remove snapshot with child");
            }

            records.Delete(scope, kind, key);
            return record.Number;
        });
        Failpoint.Pass("containerd.snapshot.unrecorded");
        folders.Remove(number);
        store.Reserve();
    }

    /// <summary>True when there is a layer of that name, and the caller's lease keeps it from now on.</summary>
    public bool TryHold(CallScope scope, string committed) => store.Change(records =>
    {
        if (records.Find(scope.Namespace, kind, committed) is not { } value || SnapshotRecord.Decode(value).Info.Kind != Kind.Committed)
        {
            return false;
        }

        LeaseRecords.Hold(records, scope, Resource, committed);
        return true;
    });

    public SnapshotRecord Get(string scope, string key) => store.Read(records => Find(records, scope, key));

    public Info Update(string scope, Info given, IEnumerable<string> paths)
    {
        LabelRules.Check(given.Labels);
        return store.Change(records =>
        {
            SnapshotRecord record = Find(records, scope, given.Name);
            foreach (string path in paths)
            {
                if (!LabelRules.TryUpdate(path, record.Info.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" field of snapshot \"{given.Name}\"");
                }
            }

            record.Info.UpdatedAt = LabelRules.Now();
            Put(records, scope, record);
            return record.Info;
        });
    }

    public IReadOnlyList<Info> List(string scope) => [.. store.Read(records => All(records, scope)).Select(record => record.Info)];

    public (long Size, long Inodes) Usage(string scope, string key)
    {
        SnapshotRecord record = Get(scope, key);
        return record.Info.Kind == Kind.Active ? DirectoryTree.Usage(folders.Layer(record.Number)) : (record.Size, record.Inodes);
    }

    /// <summary>Removes folders that no record names.</summary>
    public void RemoveUnrecorded()
    {
        // Before the records are read: what is made meanwhile has a larger number or its record already.
        ulong[] present;
        ulong limit;
        lock (gate)
        {
            limit = end == 0 ? ulong.MaxValue : end - Block;
            present = [.. folders.All()];
        }

        HashSet<ulong> known = [.. store.Read(records => records.ListEverywhere(kind)).Select(record => SnapshotRecord.Decode(record.Value).Number)];
        foreach (ulong number in present.Where(number => number < limit && !known.Contains(number)))
        {
            folders.Remove(number);
        }
    }

    public IReadOnlyList<SnapshotRecord> All(RecordQueries records, string scope) =>
        [.. records.List(scope, kind).Select(record => SnapshotRecord.Decode(record.Value))];

    /// <summary>Folders of snapshots that a transaction has removed.</summary>
    public void RemoveFolders(IEnumerable<ulong> numbers)
    {
        foreach (ulong number in numbers)
        {
            folders.Remove(number);
        }
    }

    private void Put(RecordQueries records, string scope, SnapshotRecord record) => records.Put(scope, kind, record.Info.Name, record.Encode());

    private SnapshotRecord Find(RecordQueries records, string scope, string key) =>
        records.Find(scope, kind, key) is { } value ? SnapshotRecord.Decode(value) : throw ContainerdException.NotFound($"snapshot \"{key}\"");

    /// <summary>A committed snapshot and all below it, by folder number.</summary>
    private List<ulong> Stack(RecordQueries records, string scope, string top)
    {
        var numbers = new List<ulong>();
        for (string key = top; key.Length > 0;)
        {
            SnapshotRecord record = records.Find(scope, kind, key) is { } value
                ? SnapshotRecord.Decode(value)
                : throw ContainerdException.NotFound($"parent snapshot \"{key}\"");
            if (record.Info.Kind != Kind.Committed)
            {
                throw ContainerdException.Invalid($"parent \"{key}\" is not committed snapshot");
            }

            numbers.Add(record.Number);
            key = record.Info.Parent;
        }

        return numbers;
    }

    private ulong NextNumber()
    {
        lock (gate)
        {
            if (next == end)
            {
                next = store.Change(records =>
                {
                    ulong first = records.Find(string.Empty, RecordKind.Setting, counter) is { } value ? BitConverter.ToUInt64(value) : 1;
                    records.Put(string.Empty, RecordKind.Setting, counter, BitConverter.GetBytes(first + Block));
                    return first;
                });
                end = next + Block;
            }

            return next++;
        }
    }
}
