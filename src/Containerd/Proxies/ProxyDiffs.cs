using Grpc.Core;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Proxies;

/// <summary>Layers are applied and made by the first of several that knows how: this daemon, or another program.</summary>
/// <param name="own">This daemon's, called "walking".</param>
/// <param name="order">Names, in the order in which they are asked.</param>
internal sealed class ProxyDiffs(Diff.DiffBase own, ProxyConnections connections, IReadOnlyList<ProxyPlugin> plugins, IReadOnlyList<string> order) : Diff.DiffBase
{
    public const string Own = "walking";

    public override Task<ApplyResponse> Apply(ApplyRequest request, ServerCallContext context) =>
        FirstAsync(() => own.Apply(request, context), other => other.ApplyAsync(request, cancellationToken: context.CancellationToken).ResponseAsync, context);

    public override Task<DiffResponse> Diff(DiffRequest request, ServerCallContext context) =>
        FirstAsync(() => own.Diff(request, context), other => other.DiffAsync(request, cancellationToken: context.CancellationToken).ResponseAsync, context);

    private async Task<T> FirstAsync<T>(Func<Task<T>> mine, Func<Diff.DiffClient, Task<T>> theirs, ServerCallContext context)
    {
        for (int index = 0; ; index++)
        {
            try
            {
                return order[index] == Own ? await mine().ConfigureAwait(false) : await theirs(Client(order[index], context)).ConfigureAwait(false);
            }
            catch (Exception error) when (index + 1 < order.Count && (error is RpcException { StatusCode: StatusCode.Unimplemented } or ContainerdException { Kind: ErrorKind.Unimplemented }))
            {
                // The next one may know this kind of layer.
            }
        }
    }

    private Diff.DiffClient Client(string name, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        ContainerdApi.Grpc.GrpcInvoker invoker = connections.To(plugins.First(plugin => plugin.Type == ProxyPlugin.Diff && plugin.Name == name).Address).With(CallScope.NamespaceHeader, scope.Namespace);
        return new Diff.DiffClient(scope.Lease is { } lease ? invoker.With(CallScope.LeaseHeader, lease) : invoker);
    }
}
