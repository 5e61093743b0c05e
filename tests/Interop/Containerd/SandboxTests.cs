using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Sandboxes by the controller's calls, each kept by a shim.</summary>
public sealed class SandboxTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string scope = $"pods-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sandbox_runs_over_a_restart_of_the_daemon_and_leaves_nothing()
    {
        using var channel = new ContainerdChannel(containerd, scope);
        var client = new Controller.ControllerClient(channel.Calls);
        var sandbox = new Sandbox { SandboxId = scope, Runtime = new Sandbox.Types.Runtime { Name = Programs.Shim }, Spec = new Any { TypeUrl = "types.containerd.io/spec", Value = Google.Protobuf.ByteString.CopyFromUtf8("{\"ociVersion\":\"1.1.0\"}") } };
        new Store.StoreClient(channel.Calls).Create(new StoreCreateRequest { Sandbox = sandbox }, cancellationToken: Cancellation);
        try
        {
            await client.CreateAsync(new ControllerCreateRequest { SandboxId = scope, Sandbox = sandbox }, cancellationToken: Cancellation);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unimplemented)
        {
            Assert.Skip($"the shim has no sandbox service: {error.Status.Detail}");
        }

        ControllerStartResponse started = await client.StartAsync(new ControllerStartRequest { SandboxId = scope }, cancellationToken: Cancellation);
        Assert.True(HostProcesses.Lives((int)started.Pid));
        Assert.Equal("SANDBOX_READY", (await client.StatusAsync(new ControllerStatusRequest { SandboxId = scope }, cancellationToken: Cancellation)).State);
        Assert.Equal("linux", (await client.PlatformAsync(new ControllerPlatformRequest { SandboxId = scope }, cancellationToken: Cancellation)).Platform.Os);

        containerd.Kill();
        containerd.StartAgain();

        ControllerStatusResponse again = await client.StatusAsync(new ControllerStatusRequest { SandboxId = scope }, cancellationToken: Cancellation);
        Assert.Equal((started.Pid, "SANDBOX_READY"), (again.Pid, again.State));
        using AsyncUnaryCall<ControllerWaitResponse> wait = client.WaitAsync(new ControllerWaitRequest { SandboxId = scope }, cancellationToken: Cancellation);
        await client.StopAsync(new ControllerStopRequest { SandboxId = scope }, cancellationToken: Cancellation);
        await wait;
        await client.ShutdownAsync(new ControllerShutdownRequest { SandboxId = scope }, cancellationToken: Cancellation);

        Assert.False(HostProcesses.Lives((int)started.Pid));
        Assert.Empty(containerd.Left(scope));
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await client.StartAsync(new ControllerStartRequest { SandboxId = scope }, cancellationToken: Cancellation))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await client.StopAsync(new ControllerStopRequest { SandboxId = scope, Sandboxer = "nothere" }, cancellationToken: Cancellation))).StatusCode);
        new Store.StoreClient(channel.Calls).Delete(new StoreDeleteRequest { SandboxId = scope }, cancellationToken: Cancellation);
    }
}
