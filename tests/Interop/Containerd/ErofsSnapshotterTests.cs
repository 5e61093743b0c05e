using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Containers on layers that are images of a filesystem, which the daemon mounts for its clients.</summary>
public sealed class ErofsSnapshotterTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"erofs-{Guid.NewGuid():N}";

    [Fact]
    public void An_image_is_unpacked_run_changed_and_collected_and_nothing_stays_mounted()
    {
        Assert.SkipUnless(IsThere(), "needs erofs in the kernel, and mkfs.erofs");
        string archive = Path.Combine(containerd.Root, "busybox.tar");
        containerd.Ctr("-n", id, "image", "import", "--snapshotter", "erofs", archive).Succeeds();

        Command run = containerd.Ctr("-n", id, "run", "--snapshotter", "erofs", "--runtime", Programs.Shim, WharfContainerd.Image, "one", "sh", "-c", "echo kept >/file; cat /file; rm /bin/vi");

        Assert.Equal(("kept\n", string.Empty), (run.Output, run.Error));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.erofs", "snapshots"), "layer.erofs", SearchOption.AllDirectories));
        Assert.DoesNotContain(HostMounts.Below(containerd.Root), point => point.Contains("mount-manager", StringComparison.Ordinal));
        string path = Path.Combine(containerd.Root, $"{id}.layer");
        Command.Run("/bin/sh", "-c", $"ctr --address {containerd.Socket} -n {id} snapshots --snapshotter erofs diff one | tar -tzf - >{path}").Succeeds();
        Assert.Contains("file", File.ReadAllLines(path));
        Assert.Contains("bin/.wh.vi", File.ReadAllLines(path));
        Assert.DoesNotContain("bin/busybox", File.ReadAllLines(path));

        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
        containerd.Ctr("-n", id, "image", "rm", "--sync", WharfContainerd.Image).Succeeds();
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.erofs", "snapshots")));
        Assert.DoesNotContain(HostMounts.Below(containerd.Root), point => point.Contains("mount-manager", StringComparison.Ordinal));
    }

    [Fact]
    public void A_running_container_keeps_its_layers_over_a_restart_and_loses_them_with_its_task()
    {
        Assert.SkipUnless(IsThere(), "needs erofs in the kernel, and mkfs.erofs");
        string archive = Path.Combine(containerd.Root, "busybox.tar");
        containerd.Ctr("-n", id, "image", "import", "--snapshotter", "erofs", archive).Succeeds();
        containerd.Ctr("-n", id, "run", "-d", "--snapshotter", "erofs", "--runtime", Programs.Shim, WharfContainerd.Image, "one", "sleep", "1000").Succeeds();

        containerd.Kill();
        containerd.StartAgain();

        Assert.Equal("busybox\n", containerd.Ctr("-n", id, "task", "exec", "--exec-id", "two", "one", "ls", "/bin/busybox").Succeeds().Output.Replace("/bin/", string.Empty, StringComparison.Ordinal));
        containerd.Ctr("-n", id, "task", "rm", "-f", "one").Succeeds();
        Assert.DoesNotContain(HostMounts.Below(containerd.Root), point => point.Contains("mount-manager", StringComparison.Ordinal));
        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
    }

    private bool IsThere() => containerd.Ctr("plugins", "ls", "type==io.containerd.snapshotter.v1,id==erofs").Succeeds().Output.Contains("erofs", StringComparison.Ordinal);
}
