using System.Globalization;
using Grpc.Core;
using Wharf.ContainerdApi.Grpc;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Proxies;

/// <summary>
/// Snapshots that another program keeps, which speaks containerd's API of snapshots. Every namespace of this daemon shares it, so a
/// snapshot is called NAMESPACE/NUMBER/KEY there, as containerd does it.
/// </summary>
internal sealed class ProxySnapshots(GrpcInvoker connection, ProxyPlugin plugin) : ISnapshotBackend
{
    // What a client says to a snapshotter; other labels are between it and this daemon.
    private const string ForBackends = "containerd.io/snapshot/";
    private const string Target = "containerd.io/snapshot.ref";

    public IReadOnlyList<string> Capabilities => plugin.Capabilities;

    public SnapshotPlace Place(string scope, ulong number, string key) => new(number, string.Create(CultureInfo.InvariantCulture, $"{scope}/{number}/{key}"));

    public async Task<SnapshotPlace?> CreateAsync(string scope, SnapshotPlace place, bool writable, SnapshotPlace? parent, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        string below = parent?.Name ?? string.Empty;
        try
        {
            if (writable)
            {
                var request = new PrepareSnapshotRequest { Snapshotter = plugin.Name, Key = place.Name, Parent = below };
                request.Labels.Add(Inherited(labels));
                await Client(scope).PrepareAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
            }
            else
            {
                var request = new ViewSnapshotRequest { Snapshotter = plugin.Name, Key = place.Name, Parent = below };
                request.Labels.Add(Inherited(labels));
                await Client(scope).ViewAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
            }

            return null;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists && labels.TryGetValue(Target, out string? target))
        {
            // It has the layer without our having unpacked it: from a registry, piece by piece, when it is read.
            Info ready = (await ListAsync(scope, [$"labels.\"{Target}\"=={target},parent==\"{below}\""], cancellation).ConfigureAwait(false))
                .FirstOrDefault(info => info.Kind == Kind.Committed && info.Parent == below && info.Labels.TryGetValue(Target, out string? same) && same == target)
                ?? throw ContainerdException.NotFound($"target snapshot \"{target}\" in proxy \"{plugin.Name}\"");
            return place with { Name = ready.Name };
        }
        catch (RpcException error)
        {
            throw ProxyConnections.Failure(plugin.Name, error);
        }
    }

    public async Task<IReadOnlyList<Mount>> MountsAsync(string scope, SnapshotPlace place, bool writable, IReadOnlyList<SnapshotPlace> parents, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        try
        {
            return (await Client(scope).MountsAsync(new MountsRequest { Snapshotter = plugin.Name, Key = place.Name }, cancellationToken: cancellation).ConfigureAwait(false)).Mounts;
        }
        catch (RpcException error)
        {
            throw ProxyConnections.Failure(plugin.Name, error);
        }
    }

    public async Task<CommittedSnapshot> CommitAsync(string scope, SnapshotPlace place, string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        SnapshotPlace committed = Place(scope, place.Number, name);
        var request = new CommitSnapshotRequest { Snapshotter = plugin.Name, Key = place.Name, Name = committed.Name };
        request.Labels.Add(Inherited(labels));
        try
        {
            await Client(scope).CommitAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw ProxyConnections.Failure(plugin.Name, error);
        }

        // It is asked for its usage when somebody wants to know.
        return new CommittedSnapshot(committed, 0, 0);
    }

    public Task SettleAsync(SnapshotPlace place) => Task.CompletedTask;

    public async Task<(long Size, long Inodes)> UsageAsync(string scope, SnapshotPlace place, CancellationToken cancellation)
    {
        try
        {
            UsageResponse usage = await Client(scope).UsageAsync(new UsageRequest { Snapshotter = plugin.Name, Key = place.Name }, cancellationToken: cancellation).ConfigureAwait(false);
            return (usage.Size, usage.Inodes);
        }
        catch (RpcException error)
        {
            throw ProxyConnections.Failure(plugin.Name, error);
        }
    }

    public async Task RemoveAsync(string scope, SnapshotPlace place, CancellationToken cancellation)
    {
        try
        {
            await Client(scope).RemoveAsync(new RemoveSnapshotRequest { Snapshotter = plugin.Name, Key = place.Name }, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.NotFound or StatusCode.Unavailable or StatusCode.FailedPrecondition)
        {
            // It is not there, or not yet without children: no record names it, so the next collection asks again.
        }
        catch (RpcException error)
        {
            throw ProxyConnections.Failure(plugin.Name, error);
        }
    }

    public async Task<IReadOnlyList<(string Scope, SnapshotPlace Place)>> AllAsync(IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        var found = new Dictionary<string, (string, SnapshotPlace)>();
        foreach (string scope in scopes)
        {
            try
            {
                foreach (Info info in await ListAsync(scope, [], cancellation).ConfigureAwait(false))
                {
                    string[] parts = info.Name.Split('/', 3);
                    ulong number = parts.Length == 3 && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong given) ? given : 0;
                    found.TryAdd(info.Name, (scope, new SnapshotPlace(number, info.Name)));
                }
            }
            catch (RpcException error)
            {
                throw ProxyConnections.Failure(plugin.Name, error);
            }
        }

        return [.. found.Values];
    }

    private static Dictionary<string, string> Inherited(IReadOnlyDictionary<string, string> labels) =>
        labels.Where(label => label.Key == Target || label.Key.StartsWith(ForBackends, StringComparison.Ordinal)).ToDictionary();

    private async Task<List<Info>> ListAsync(string scope, IEnumerable<string> filters, CancellationToken cancellation)
    {
        var request = new ListSnapshotsRequest { Snapshotter = plugin.Name };
        request.Filters.AddRange(filters);
        var all = new List<Info>();
        using AsyncServerStreamingCall<ListSnapshotsResponse> call = Client(scope).List(request, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            all.AddRange(call.ResponseStream.Current.Info);
        }

        return all;
    }

    private ContainerdApi.Snapshots.V1.Snapshots.SnapshotsClient Client(string scope) => new(connection.With(CallScope.NamespaceHeader, scope));
}
