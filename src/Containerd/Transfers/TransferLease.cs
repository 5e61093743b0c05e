using System.Globalization;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Transfers;

/// <summary>Holds what a transfer makes until its image holds it; the caller's own lease serves as well.</summary>
internal sealed class TransferLease : IDisposable
{
    private const string Expire = "containerd.io/gc.expire";
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(24);
    private readonly MetadataStore store;
    private readonly GarbageCollector garbage;
    private readonly string? own;

    public TransferLease(MetadataStore store, GarbageCollector garbage, CallScope scope)
    {
        this.store = store;
        this.garbage = garbage;
        Scope = scope;
        if (scope.Lease is null)
        {
            own = $"transfer-{Guid.NewGuid():N}";
            Scope = scope with { Lease = own };
            var lease = new Lease { Id = own, CreatedAt = LabelRules.Now() };
            lease.Labels[Expire] = (DateTimeOffset.UtcNow + Forgotten).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            store.Change(records => records.Put(scope.Namespace, RecordKind.Lease, own, lease));
        }
    }

    public CallScope Scope { get; }

    public void Dispose()
    {
        if (own is not null)
        {
            store.Remove(records => LeaseRecords.Delete(records, Scope.Namespace, own));
            garbage.Removed();
        }
    }
}
