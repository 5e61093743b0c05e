using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Wharf.Containerd.Activations;
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
internal sealed class GarbageCollector(MetadataStore store, BlobStore blobs, SnapshotterTable snapshotters, MountActivations activations, ILogger<GarbageCollector> log) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim gate = new(1);
    private readonly Channel<bool> wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public CollectionCounts Counts { get; } = new();

    /// <summary>Something was removed that may have kept others: they go some time later.</summary>
    public void Removed() => wanted.Writer.TryWrite(true);

    /// <summary>The same; when the caller wants to wait, they are gone when this returns.</summary>
    public Task RemovedAsync(bool now)
    {
        if (now)
        {
            return CollectAsync();
        }

        Removed();
        return Task.CompletedTask;
    }

    public void Dispose() => gate.Dispose();

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
                    await CollectAsync().ConfigureAwait(false);
                    await snapshotters.RemoveUnrecordedAsync(remote: true, cancellation).ConfigureAwait(false);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or SqliteException or ContainerdException)
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

    private async Task CollectAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        long begun = Stopwatch.GetTimestamp();
        bool done = false;
        try
        {
            var places = new List<(Snapshotter Snapshotter, string Scope, SnapshotPlace Place)>();
            bool content = store.Remove(records =>
            {
                bool any = false;
                places.Clear();
                foreach (string scope in records.Namespaces())
                {
                    Reachability reachable = Reachability.Of(records, snapshotters, scope, DateTimeOffset.UtcNow);
                    any |= reachable.Sweep(records, places);
                }

                return any;
            });
            Failpoint.Pass("containerd.garbage.swept");
            await activations.CollectAsync().ConfigureAwait(false);
            foreach (IGrouping<Snapshotter, (Snapshotter, string Scope, SnapshotPlace Place)> removed in places.GroupBy(one => one.Snapshotter))
            {
                await removed.Key.RemoveAsync(removed.Select(one => (one.Scope, one.Place))).ConfigureAwait(false);
            }

            if (content)
            {
                blobs.RemoveUnrecorded();
            }

            store.Reserve();
            done = true;
        }
        finally
        {
            Counts.Add(done, Stopwatch.GetElapsedTime(begun));
            gate.Release();
        }
    }
}
