using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Snapshots;

/// <summary>The records of one snapshotter: a table of their own, or a part of one that several share.</summary>
internal sealed class SnapshotRecords(RecordKind kind, string prefix)
{
    public SnapshotRecord? TryFind(RecordQueries records, string scope, string key) =>
        records.Find(scope, kind, prefix + key) is { } value ? SnapshotRecord.Decode(value) : null;

    public SnapshotRecord Find(RecordQueries records, string scope, string key) => TryFind(records, scope, key) ?? throw ContainerdException.NotFound($"snapshot \"{key}\"");

    public void Put(RecordQueries records, string scope, SnapshotRecord record) => records.Put(scope, kind, prefix + record.Info.Name, record.Encode());

    public bool Delete(RecordQueries records, string scope, string key) => records.Delete(scope, kind, prefix + key);

    public IReadOnlyList<SnapshotRecord> All(RecordQueries records, string scope) =>
        [.. records.List(scope, kind).Where(record => IsOwn(record.Key)).Select(record => SnapshotRecord.Decode(record.Value))];

    /// <summary>Places that a record names, by their ids, in every namespace.</summary>
    public HashSet<string> Places(RecordQueries records) =>
        [.. records.ListEverywhere(kind).Where(record => IsOwn(record.Key)).Select(record => SnapshotRecord.Decode(record.Value).Place.Id)];

    /// <summary>A committed snapshot and all below it, the nearest first.</summary>
    public IReadOnlyList<SnapshotPlace> Stack(RecordQueries records, string scope, string top)
    {
        var places = new List<SnapshotPlace>();
        for (string key = top; key.Length > 0;)
        {
            SnapshotRecord record = TryFind(records, scope, key) ?? throw ContainerdException.NotFound($"parent snapshot \"{key}\"");
            if (record.Info.Kind != Kind.Committed)
            {
                throw ContainerdException.Invalid($"parent \"{key}\" is not committed snapshot");
            }

            places.Add(record.Place);
            key = record.Info.Parent;
        }

        return places;
    }

    private bool IsOwn(string key) => key.StartsWith(prefix, StringComparison.Ordinal);
}
