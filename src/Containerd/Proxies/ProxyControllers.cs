using Grpc.Core;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Proxies;

/// <summary>Sandboxes by the sandboxer that a call names: this daemon's, or another program's, which gets the call as it came.</summary>
internal sealed class ProxyControllers(Controller.ControllerBase own, ProxyConnections connections, IEnumerable<ProxyPlugin> plugins) : Controller.ControllerBase
{
    private readonly Dictionary<string, ProxyPlugin> others = plugins.Where(plugin => plugin.Type == ProxyPlugin.Sandbox).ToDictionary(plugin => plugin.Name);

    public override Task<ControllerCreateResponse> Create(ControllerCreateRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.CreateAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Create(request, context);

    public override Task<ControllerStartResponse> Start(ControllerStartRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.StartAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Start(request, context);

    public override Task<ControllerPlatformResponse> Platform(ControllerPlatformRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.PlatformAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Platform(request, context);

    public override Task<ControllerStopResponse> Stop(ControllerStopRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.StopAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Stop(request, context);

    public override Task<ControllerWaitResponse> Wait(ControllerWaitRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.WaitAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Wait(request, context);

    public override Task<ControllerStatusResponse> Status(ControllerStatusRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.StatusAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Status(request, context);

    public override Task<ControllerShutdownResponse> Shutdown(ControllerShutdownRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.ShutdownAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Shutdown(request, context);

    public override Task<ControllerMetricsResponse> Metrics(ControllerMetricsRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.MetricsAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Metrics(request, context);

    public override Task<ControllerUpdateResponse> Update(ControllerUpdateRequest request, ServerCallContext context) =>
        Client(request.Sandboxer, context) is { } other ? other.UpdateAsync(request, cancellationToken: context.CancellationToken).ResponseAsync : own.Update(request, context);

    private Controller.ControllerClient? Client(string sandboxer, ServerCallContext context) =>
        others.TryGetValue(sandboxer, out ProxyPlugin? plugin) ? new Controller.ControllerClient(connections.To(plugin.Address).With(CallScope.NamespaceHeader, CallScope.Of(context).Namespace)) : null;
}
