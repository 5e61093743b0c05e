using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Wharf.Containerd.Content;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Linux;

namespace Wharf.Containerd.Garbage;

/// <summary>
/// Removes what no image, container, lease or root label leads to. It runs when a caller asks to wait for it, some time after other
/// removals, and once after the start.
/// </summary>
internal sealed class GarbageCollector(MetadataStore store, BlobStore blobs, SnapshotterTable snapshotters, ILogger<GarbageCollector> log)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly Channel<bool> wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something was removed that may have kept others.</summary>
    public void Removed(bool now)
    {
        if (now)
        {
            Collect();
        }
        else
        {
            wanted.Writer.TryWrite(true);
        }
    }

    /// <summary>Collects what <see cref="Removed"/> left for later, until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        wanted.Writer.TryWrite(true);
        try
        {
            while (await wanted.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                // Removals come in groups.
                await Task.Delay(Settling, cancellation).ConfigureAwait(false);
                wanted.Reader.TryRead(out _);
                try
                {
                    Collect();
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or SqliteException)
                {
                    Failures.StepFailed(log, "collect garbage", "store", error.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private void Collect()
    {
        lock (gate)
        {
            (bool content, List<(Snapshotter Snapshotter, ulong Number)> folders) = store.Remove(records =>
            {
                bool any = false;
                var numbers = new List<(Snapshotter, ulong)>();
                foreach (string scope in records.Namespaces())
                {
                    Reachability reachable = Reachability.Of(records, snapshotters, scope, DateTimeOffset.UtcNow);
                    any |= reachable.Sweep(records, numbers);
                }

                return (any, numbers);
            });
            Failpoint.Pass("containerd.garbage.swept");
            foreach (IGrouping<Snapshotter, ulong> removed in folders.GroupBy(one => one.Snapshotter, one => one.Number))
            {
                removed.Key.RemoveFolders(removed);
            }

            if (content)
            {
                blobs.RemoveUnrecorded();
            }

            store.Reserve();
        }
    }
}
