using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Containers on copies of their layers, for filesystems that overlayfs does not work on.</summary>
public sealed class NativeSnapshotterTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"native-{Guid.NewGuid():N}";

    [Fact]
    public void An_image_is_unpacked_run_changed_and_collected()
    {
        string archive = Path.Combine(containerd.Root, "busybox.tar");
        containerd.Ctr("-n", id, "image", "import", "--snapshotter", "native", archive).Succeeds();

        Command run = containerd.Ctr("-n", id, "run", "--snapshotter", "native", "--runtime", Programs.Shim, WharfContainerd.Image, "one", "sh", "-c", "echo kept >/file; cat /file");

        Assert.Equal(("kept\n", string.Empty), (run.Output, run.Error));
        Assert.Contains("one", containerd.Ctr("-n", id, "snapshots", "--snapshotter", "native", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("one", containerd.Ctr("-n", id, "snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
        string path = Path.Combine(containerd.Root, $"{id}.layer");
        Command.Run("/bin/sh", "-c", $"ctr --address {containerd.Socket} -n {id} snapshots --snapshotter native diff one | tar -tzf - >{path}").Succeeds();
        Assert.Contains("file", File.ReadAllLines(path));
        Assert.DoesNotContain("bin/busybox", File.ReadAllLines(path));

        Assert.Contains("native", containerd.Ctr("namespaces", "rm", id).Error, StringComparison.Ordinal);
        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
        containerd.Ctr("-n", id, "image", "rm", "--sync", WharfContainerd.Image).Succeeds();
        Assert.DoesNotContain("sha256", containerd.Ctr("-n", id, "snapshots", "--snapshotter", "native", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.native", "snapshots")));
    }
}
