using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.ContainerdApi.SandboxEvents;
using Wharf.ContainerdApi.ShimSandbox;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Events;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Tasks;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Sandboxes;

/// <summary>Sandboxes that run: each is kept by a shim of its own, which runs the containers of it as well.</summary>
internal sealed class SandboxControllerService(MetadataStore store, ShimTable shims, ShimProgram programs, EventExchange events) : Controller.ControllerBase
{
    private const string Own = "shim";

    public override async Task<ControllerCreateResponse> Create(ControllerCreateRequest request, ServerCallContext context)
    {
        string scope = Scope(request.Sandboxer, context);
        Identifier.Check(request.SandboxId, "sandbox");
        Sandbox sandbox = request.Sandbox
            ?? store.Read(records => records.Find(Sandbox.Parser, scope, RecordKind.Sandbox, request.SandboxId))
            ?? throw ContainerdException.NotFound($"sandbox \"{request.SandboxId}\"");
        if (sandbox.Runtime is not { Name.Length: > 0 } runtime)
        {
            throw ContainerdException.Invalid($"sandbox \"{request.SandboxId}\": runtime name must not be empty");
        }

        Shim shim = await shims.StartAsync(scope, request.SandboxId, programs.Find(runtime.Name), sandbox.Spec?.Value.ToByteArray() ?? "{}"u8.ToArray(), runtime.Options?.ToByteArray() ?? [], () => Task.CompletedTask, context.CancellationToken).ConfigureAwait(false);
        var create = new CreateSandboxRequest { SandboxId = request.SandboxId, BundlePath = shim.Bundle.Path, Options = request.Options, NetnsPath = request.NetnsPath };
        create.Rootfs.AddRange(request.Rootfs);
        create.Annotations.Add(request.Annotations);
        try
        {
            await shim.CallSandboxAsync("CreateSandbox", create, context.CancellationToken).ConfigureAwait(false);
            shim.IsSandbox = true;
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException)
        {
            await shims.AbandonAsync(shim).ConfigureAwait(false);
            throw error is TtrpcException refused ? new TtrpcException(refused.Status, $"failed to create sandbox {request.SandboxId}: {refused.Message}", refused) : error;
        }

        events.Publish(scope, "/sandboxes/create", new SandboxCreate { SandboxId = request.SandboxId });
        return new ControllerCreateResponse { SandboxId = request.SandboxId };
    }

    public override async Task<ControllerStartResponse> Start(ControllerStartRequest request, ServerCallContext context)
    {
        string scope = Scope(request.Sandboxer, context);
        Shim shim = shims.Sandbox(scope, request.SandboxId);
        StartSandboxResponse started;
        try
        {
            started = await shim.CallSandboxAsync("StartSandbox", Named(request.SandboxId), StartSandboxResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        }
        catch (TtrpcException error)
        {
            await shims.EndSandboxAsync(shim).ConfigureAwait(false);
            throw new TtrpcException(error.Status, $"failed to start sandbox {request.SandboxId}: {error.Message}", error);
        }

        events.Publish(scope, "/sandboxes/start", new SandboxStart { SandboxId = request.SandboxId });
        return new ControllerStartResponse
        {
            SandboxId = request.SandboxId,
            Pid = started.Pid,
            CreatedAt = started.CreatedAt,
            Spec = started.Spec,
            Address = shim.Endpoint.Address,
            Version = (uint)shim.Endpoint.Version,
        };
    }

    public override async Task<ControllerPlatformResponse> Platform(ControllerPlatformRequest request, ServerCallContext context)
    {
        Shim shim = shims.Sandbox(Scope(request.Sandboxer, context), request.SandboxId);
        PlatformResponse answer = await shim.CallSandboxAsync("Platform", Named(request.SandboxId), PlatformResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        return new ControllerPlatformResponse { Platform = answer.Platform };
    }

    public override async Task<ControllerStopResponse> Stop(ControllerStopRequest request, ServerCallContext context)
    {
        if (shims.FindSandbox(Scope(request.Sandboxer, context), request.SandboxId) is { } shim)
        {
            try
            {
                await shim.CallSandboxAsync("StopSandbox", new StopSandboxRequest { SandboxId = request.SandboxId, TimeoutSecs = request.TimeoutSecs }, context.CancellationToken).ConfigureAwait(false);
            }
            catch (TtrpcException error) when (error.Status is TtrpcStatus.NotFound or TtrpcStatus.Unavailable)
            {
                // What has gone is stopped.
            }
        }

        return new ControllerStopResponse();
    }

    public override async Task<ControllerWaitResponse> Wait(ControllerWaitRequest request, ServerCallContext context)
    {
        string scope = Scope(request.Sandboxer, context);
        Shim shim = shims.Sandbox(scope, request.SandboxId);
        var answer = new ControllerWaitResponse();
        try
        {
            WaitSandboxResponse end = await shim.CallSandboxAsync("WaitSandbox", Named(request.SandboxId), WaitSandboxResponse.Parser, context.CancellationToken).ConfigureAwait(false);
            (answer.ExitStatus, answer.ExitedAt) = (end.ExitStatus, end.ExitedAt);
        }
        catch (TtrpcException error) when (error.Status == TtrpcStatus.Unavailable && !shim.Ending)
        {
            // The shim died, and its sandbox with it.
            ContainerdApi.ShimTask.DeleteResponse lost = await shim.Lost.WaitAsync(context.CancellationToken).ConfigureAwait(false);
            (answer.ExitStatus, answer.ExitedAt) = (lost.ExitStatus, lost.ExitedAt);
        }

        events.Publish(scope, "/sandboxes/exit", new SandboxExit { SandboxId = request.SandboxId, ExitStatus = answer.ExitStatus, ExitedAt = answer.ExitedAt });
        return answer;
    }

    public override async Task<ControllerStatusResponse> Status(ControllerStatusRequest request, ServerCallContext context)
    {
        if (shims.FindSandbox(Scope(request.Sandboxer, context), request.SandboxId) is not { } shim)
        {
            // One that does not run has ended, as far as anybody knows.
            return new ControllerStatusResponse { SandboxId = request.SandboxId, ExitedAt = LabelRules.Now() };
        }

        SandboxStatusResponse status = await shim.CallSandboxAsync("SandboxStatus", new SandboxStatusRequest { SandboxId = request.SandboxId, Verbose = request.Verbose }, SandboxStatusResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        var answer = new ControllerStatusResponse
        {
            SandboxId = request.SandboxId,
            Pid = status.Pid,
            State = status.State,
            CreatedAt = status.CreatedAt,
            ExitedAt = status.ExitedAt,
            Extra = status.Extra,
            Address = shim.Endpoint.Address,
            Version = (uint)shim.Endpoint.Version,
        };
        answer.Info.Add(status.Info);
        return answer;
    }

    public override async Task<ControllerShutdownResponse> Shutdown(ControllerShutdownRequest request, ServerCallContext context)
    {
        await shims.EndSandboxAsync(shims.Sandbox(Scope(request.Sandboxer, context), request.SandboxId)).ConfigureAwait(false);
        return new ControllerShutdownResponse();
    }

    public override async Task<ControllerMetricsResponse> Metrics(ControllerMetricsRequest request, ServerCallContext context)
    {
        Shim shim = shims.Sandbox(Scope(request.Sandboxer, context), request.SandboxId);
        SandboxMetricsResponse answer = await shim.CallSandboxAsync("SandboxMetrics", Named(request.SandboxId), SandboxMetricsResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        return new ControllerMetricsResponse { Metrics = answer.Metrics };
    }

    /// <summary>Shims have no call for it, as in containerd: the record is the store's to change.</summary>
    public override Task<ControllerUpdateResponse> Update(ControllerUpdateRequest request, ServerCallContext context)
    {
        _ = shims.Sandbox(Scope(request.Sandboxer, context), request.SandboxId);
        return request.Sandbox is null ? throw ContainerdException.Invalid("sandbox can not be nil") : Task.FromResult(new ControllerUpdateResponse());
    }

    private static SandboxRequest Named(string id) => new() { SandboxId = id };

    private static string Scope(string sandboxer, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        return sandboxer is "" or Own ? scope : throw ContainerdException.NotFound($"sandbox controller \"{sandboxer}\"");
    }
}
