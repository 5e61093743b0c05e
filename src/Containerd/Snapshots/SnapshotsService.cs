using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Containerd.Events;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Snapshots;

internal sealed class SnapshotsService(SnapshotterTable snapshotters, EventExchange events) : ContainerdApi.Snapshots.V1.Snapshots.SnapshotsBase
{
    private const int ListBatch = 100;

    public override async Task<PrepareSnapshotResponse> Prepare(PrepareSnapshotRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        var response = new PrepareSnapshotResponse();
        response.Mounts.AddRange(await snapshots.CreateAsync(scope, request.Key, request.Parent, writable: true, request.Labels, context.CancellationToken).ConfigureAwait(false));
        events.Publish(scope.Namespace, "/snapshot/prepare", new SnapshotPrepare { Key = request.Key, Parent = request.Parent, Snapshotter = request.Snapshotter });
        return response;
    }

    public override async Task<ViewSnapshotResponse> View(ViewSnapshotRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        var response = new ViewSnapshotResponse();
        response.Mounts.AddRange(await snapshots.CreateAsync(scope, request.Key, request.Parent, writable: false, request.Labels, context.CancellationToken).ConfigureAwait(false));
        events.Publish(scope.Namespace, "/snapshot/prepare", new SnapshotPrepare { Key = request.Key, Parent = request.Parent, Snapshotter = request.Snapshotter });
        return response;
    }

    public override async Task<MountsResponse> Mounts(MountsRequest request, ServerCallContext context)
    {
        var response = new MountsResponse();
        response.Mounts.AddRange(await snapshotters.Get(request.Snapshotter).MountsAsync(CallScope.Of(context).Namespace, request.Key, context.CancellationToken).ConfigureAwait(false));
        return response;
    }

    public override async Task<Empty> Commit(CommitSnapshotRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        await snapshots.CommitAsync(scope, request.Name, request.Key, request.Labels, context.CancellationToken).ConfigureAwait(false);
        events.Publish(scope.Namespace, "/snapshot/commit", new SnapshotCommit { Key = request.Key, Name = request.Name, Snapshotter = request.Snapshotter });
        return new Empty();
    }

    public override async Task<Empty> Remove(RemoveSnapshotRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        await snapshots.RemoveAsync(scope.Namespace, request.Key).ConfigureAwait(false);
        events.Publish(scope.Namespace, "/snapshot/remove", new SnapshotRemove { Key = request.Key, Snapshotter = request.Snapshotter });
        return new Empty();
    }

    public override Task<StatSnapshotResponse> Stat(StatSnapshotRequest request, ServerCallContext context) =>
        Task.FromResult(new StatSnapshotResponse { Info = snapshotters.Get(request.Snapshotter).Get(CallScope.Of(context).Namespace, request.Key).Info });

    public override Task<UpdateSnapshotResponse> Update(UpdateSnapshotRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        Info info = request.Info ?? throw ContainerdException.Invalid("snapshot info is empty");
        return Task.FromResult(new UpdateSnapshotResponse { Info = snapshots.Update(scope.Namespace, info, request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels"]) });
    }

    public override async Task List(ListSnapshotsRequest request, IServerStreamWriter<ListSnapshotsResponse> responseStream, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Snapshotter snapshots = snapshotters.Get(request.Snapshotter);
        var filters = FilterSet.Parse(request.Filters);
        foreach (Info[] batch in snapshots.List(scope.Namespace).Where(info => filters.Matches(path => Field(info, path))).Chunk(ListBatch))
        {
            var response = new ListSnapshotsResponse();
            response.Info.AddRange(batch);
            await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task<UsageResponse> Usage(UsageRequest request, ServerCallContext context)
    {
        (long size, long inodes) = await snapshotters.Get(request.Snapshotter).UsageAsync(CallScope.Of(context).Namespace, request.Key, context.CancellationToken).ConfigureAwait(false);
        return new UsageResponse { Size = size, Inodes = inodes };
    }

    public override async Task<Empty> Cleanup(CleanupRequest request, ServerCallContext context)
    {
        _ = CallScope.Of(context);
        await snapshotters.Get(request.Snapshotter).RemoveUnrecordedAsync(context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    private static string? Field(Info info, IReadOnlyList<string> path) => path[0] switch
    {
        "kind" => info.Kind.ToString().ToLowerInvariant(),
        "name" => info.Name,
        "parent" => info.Parent,
        "labels" => FieldPaths.Label(info.Labels, path),
        _ => null,
    };
}
