using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Snapshots;

/// <summary>Numbers that no snapshot had before. They are taken from a block that the store has given out, so that one transaction is enough for a snapshot.</summary>
internal sealed class SnapshotNumbers(MetadataStore store, string counter)
{
    private const ulong Block = 1024;
    private readonly Lock gate = new();
    private ulong next;
    private ulong end;

    /// <summary>Below it is every number that an earlier daemon has given out, and none that this one has; all of them while this one has given none.</summary>
    public ulong Start
    {
        get
        {
            lock (gate)
            {
                return end == 0 ? ulong.MaxValue : end - Block;
            }
        }
    }

    public ulong Next()
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
