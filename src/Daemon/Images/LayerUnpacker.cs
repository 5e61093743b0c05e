using Grpc.Core;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Oci.Digests;
using Descriptor = Wharf.Oci.Images.Descriptor;

namespace Wharf.Daemon.Images;

/// <summary>Turns layers of the content store into committed snapshots, named by their chain id.</summary>
internal sealed class LayerUnpacker(CallInvoker calls, string snapshotter, KeyedLock locks)
{
    private readonly Snapshots.SnapshotsClient _snapshots = new(calls);
    private readonly Diff.DiffClient _diff = new(calls);

    public async Task<bool> ExistsAsync(Digest chainId, CancellationToken cancellation)
    {
        try
        {
            await _snapshots.StatAsync(new StatSnapshotRequest { Snapshotter = snapshotter, Key = chainId.ToString() }, cancellationToken: cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Applies one layer upon its parent. False when the snapshot was there already.</summary>
    public async Task<bool> UnpackAsync(Descriptor layer, Digest diffId, Digest chainId, Digest? parent, CancellationToken cancellation)
    {
        using IDisposable held = await locks.EnterAsync($"{snapshotter} {chainId}", cancellation).ConfigureAwait(false);
        if (await ExistsAsync(chainId, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        string key = $"extract-{Guid.NewGuid():N} {chainId}";
        var prepare = new PrepareSnapshotRequest { Snapshotter = snapshotter, Key = key, Parent = parent?.ToString() ?? "" };
        prepare.Labels.Add(ImageLabels.SnapshotRef, chainId.ToString());
        PrepareSnapshotResponse prepared;
        try
        {
            prepared = await _snapshots.PrepareAsync(prepare, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            // A snapshotter that knows the layer by its reference.
            return false;
        }

        bool committed = false;
        try
        {
            var apply = new ApplyRequest { Diff = ToContainerd(layer) };
            apply.Mounts.AddRange(prepared.Mounts);
            ApplyResponse applied = await _diff.ApplyAsync(apply, cancellationToken: cancellation).ConfigureAwait(false);
            if (applied.Applied.Digest != diffId.ToString())
            {
                throw new EngineException(EngineErrorKind.System, $"verify layer \"{layer.Digest}\": wrong diff id calculated on extraction: {applied.Applied.Digest} instead of {diffId}");
            }

            var commit = new CommitSnapshotRequest { Snapshotter = snapshotter, Key = key, Name = chainId.ToString() };
            commit.Labels.Add(ImageLabels.SnapshotRef, chainId.ToString());
            await _snapshots.CommitAsync(commit, cancellationToken: cancellation).ConfigureAwait(false);
            committed = true;
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            return false;
        }
        catch (RpcException error) when (error.StatusCode is not StatusCode.Cancelled)
        {
            throw new EngineException(EngineErrorKind.System, $"failed to register layer: apply \"{layer.Digest}\": {error.Status.Detail}", error);
        }
        finally
        {
            if (!committed)
            {
                await RemoveAsync(key).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Bytes that the snapshots of a stack take, each counted once.</summary>
    public async Task<long> SizeAsync(IEnumerable<Digest> chainIds, CancellationToken cancellation)
    {
        UsageResponse[] usages = await Task.WhenAll(chainIds.Select(async chainId =>
        {
            try
            {
                return await _snapshots.UsageAsync(new UsageRequest { Snapshotter = snapshotter, Key = chainId.ToString() }, cancellationToken: cancellation).ConfigureAwait(false);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                return new UsageResponse();
            }
        })).ConfigureAwait(false);
        return usages.Sum(usage => usage.Size);
    }

    internal static ContentDescriptor ToContainerd(Descriptor descriptor) =>
        new() { MediaType = descriptor.MediaType, Digest = descriptor.Digest.ToString(), Size = descriptor.Size };

    /// <summary>Drops what an unpack left; its own time limit, for the unpack may have been cancelled.</summary>
    private async Task RemoveAsync(string key)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _snapshots.RemoveAsync(new RemoveSnapshotRequest { Snapshotter = snapshotter, Key = key }, cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The lease of the pull holds it no longer: garbage collection takes it.
        }
    }
}
