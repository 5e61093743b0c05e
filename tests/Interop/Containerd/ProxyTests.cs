using Grpc.Core;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Parts that are another program: those of a second wharf-containerd, as [proxy_plugins] names it.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly string id = $"proxy-{Guid.NewGuid():N}";
    private readonly WharfContainerd behind = new();
    private WharfContainerd front;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ProxyTests() => front = WharfContainerd.Configured(Configuration(string.Empty));

    private string Configuration(string more) => $"""
        version = 2
        {more}
        disabled_plugins = ["io.containerd.snapshotter.v1.native"]
        [proxy_plugins.native]
        type = "snapshot"
        address = "{behind.Socket}"
        capabilities = ["slow"]
        [proxy_plugins.other]
        type = "diff"
        address = "{behind.Socket}"
        [proxy_plugins.shim]
        type = "sandbox"
        address = "{behind.Socket}"
        """;

    public void Dispose()
    {
        front.Dispose();
        behind.Dispose();
    }

    [Fact]
    public void An_image_is_unpacked_into_it_run_from_it_and_collected()
    {
        string archive = Path.Combine(front.Root, "busybox.tar");
        front.Ctr("-n", id, "image", "import", "--snapshotter", "native", archive).Succeeds();

        Command run = front.Ctr("-n", id, "run", "--snapshotter", "native", "--runtime", Programs.Shim, WharfContainerd.Image, "one", "sh", "-c", "echo kept >/file; cat /file");

        Assert.Equal(("kept\n", string.Empty), (run.Output, run.Error));
        Assert.Contains("/one ", behind.Ctr("-n", id, "snapshots", "--snapshotter", "native", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(front.Store, "io.containerd.snapshotter.v1.native")));
        string plugin = front.Ctr("plugins", "ls", "--detailed", "id==native").Succeeds().Output;
        Assert.Contains(behind.Socket, plugin, StringComparison.Ordinal);
        Assert.Contains("slow", plugin, StringComparison.Ordinal);

        front.Ctr("-n", id, "container", "rm", "one").Succeeds();
        front.Ctr("-n", id, "image", "rm", "--sync", WharfContainerd.Image).Succeeds();
        Assert.DoesNotContain(id, behind.Ctr("-n", id, "snapshots", "--snapshotter", "native", "ls").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_is_made_by_the_first_that_knows_how()
    {
        front.Dispose();
        front = WharfContainerd.Configured(Configuration("plugins.'io.containerd.service.v1.diff-service'.default = [\"other\", \"walking\"]"), withImage: false);
        front.Ctr("-n", id, "snapshots", "prepare", "one", string.Empty).Succeeds();
        using var channel = new ContainerdChannel(front, id);
        var request = new DiffRequest { MediaType = "application/vnd.oci.image.layer.v1.tar" };
        request.Right.AddRange(new Snapshots.SnapshotsClient(channel.Calls).Mounts(new MountsRequest { Snapshotter = "overlayfs", Key = "one" }, cancellationToken: Cancellation).Mounts);

        string digest = new Diff.DiffClient(channel.Calls).Diff(request, cancellationToken: Cancellation).Diff.Digest;

        Assert.Contains(digest, behind.Ctr("-n", id, "content", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain(digest, front.Ctr("-n", id, "content", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);
        behind.Kill();
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => new Diff.DiffClient(channel.Calls).Diff(request, cancellationToken: Cancellation)).StatusCode);
    }

    [Fact]
    public void A_sandbox_is_kept_by_whom_the_call_names()
    {
        using var channel = new ContainerdChannel(front, id);
        var controller = new Controller.ControllerClient(channel.Calls);
        var create = new ControllerCreateRequest { SandboxId = "pod", Sandboxer = "shim", Sandbox = new Sandbox { SandboxId = "pod", Runtime = new Sandbox.Types.Runtime { Name = Programs.Shim } } };

        controller.Create(create, cancellationToken: Cancellation);

        Assert.True(Directory.Exists(Path.Combine(behind.State, "io.containerd.runtime.v2.task", id, "pod")));
        Assert.False(Directory.Exists(Path.Combine(front.State, "io.containerd.runtime.v2.task", id, "pod")));
        Assert.Equal("pod", controller.Status(new ControllerStatusRequest { SandboxId = "pod", Sandboxer = "shim" }, cancellationToken: Cancellation).SandboxId);
        controller.Shutdown(new ControllerShutdownRequest { SandboxId = "pod", Sandboxer = "shim" }, cancellationToken: Cancellation);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => controller.Start(new ControllerStartRequest { SandboxId = "pod", Sandboxer = "shim" }, cancellationToken: Cancellation)).StatusCode);
    }

    [Fact]
    public void When_it_is_away_that_is_said_and_the_rest_works()
    {
        behind.Kill();

        Command refused = front.Ctr("-n", id, "snapshots", "--snapshotter", "native", "prepare", "one", "");
        Command run = front.Run(id, ["--rm"], "echo", "out");

        Assert.Contains("unavailable", refused.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("out\n", run.Output);
        front.Kill();
        front.StartAgain();
        Assert.Equal("out\n", front.Run(id, ["--rm"], "echo", "out").Output);
    }
}
