using Wharf.ContainerdApi.Leases.V1;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Leases;

/// <summary>What leases hold, inside a transaction.</summary>
internal static class LeaseRecords
{
    public const string Content = "content";
    public const string Ingests = "ingests";
    public const string SnapshotPrefix = "snapshots/";
    private const char Separator = '\n';

    /// <summary>Gives what a call makes to the lease that it named.</summary>
    public static void Hold(RecordQueries records, CallScope scope, string type, string id)
    {
        if (scope.Lease is { } lease)
        {
            Add(records, scope.Namespace, lease, new Resource { Type = type, Id = id });
        }
    }

    public static void Add(RecordQueries records, string scope, string lease, Resource resource)
    {
        Check(records, scope, lease);
        records.Put(scope, RecordKind.LeaseResource, string.Join(Separator, lease, resource.Type, resource.Id), []);
    }

    public static void Remove(RecordQueries records, string scope, string lease, Resource resource)
    {
        Check(records, scope, lease);
        records.Delete(scope, RecordKind.LeaseResource, string.Join(Separator, lease, resource.Type, resource.Id));
    }

    public static IReadOnlyList<(string Lease, Resource Resource)> All(RecordQueries records, string scope) =>
    [
        .. records.List(scope, RecordKind.LeaseResource).Select(record =>
        {
            string[] parts = record.Key.Split(Separator, 3);
            return (parts[0], new Resource { Type = parts[1], Id = parts[2] });
        }),
    ];

    public static void Delete(RecordQueries records, string scope, string lease)
    {
        records.Delete(scope, RecordKind.Lease, lease);
        foreach ((string key, _) in records.List(scope, RecordKind.LeaseResource).Where(record => record.Key.StartsWith(lease + Separator, StringComparison.Ordinal)))
        {
            records.Delete(scope, RecordKind.LeaseResource, key);
        }
    }

    private static void Check(RecordQueries records, string scope, string lease)
    {
        if (records.Find(scope, RecordKind.Lease, lease) is null)
        {
            throw ContainerdException.NotFound($"lease \"{lease}\"");
        }
    }
}
