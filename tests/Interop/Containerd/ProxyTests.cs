using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>A snapshotter that is another program: that of a second wharf-containerd, as [proxy_plugins] names it.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly string id = $"proxy-{Guid.NewGuid():N}";
    private readonly WharfContainerd behind = new();
    private readonly WharfContainerd front;

    public ProxyTests() => front = WharfContainerd.Configured($"""
        version = 2
        disabled_plugins = ["io.containerd.snapshotter.v1.native"]
        [proxy_plugins.native]
        type = "snapshot"
        address = "{behind.Socket}"
        capabilities = ["slow"]
        """);

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
