using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Containers on layers that are images of a filesystem, with clients and shims that know nothing of it.</summary>
public sealed class ErofsTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"erofs-{Guid.NewGuid():N}";

    private string Images => Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.erofs", "snapshots");

    private IEnumerable<string> Shown => HostMounts.Below(Images);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_image_is_unpacked_run_by_either_shim_changed_and_collected_and_nothing_stays_mounted(bool debian)
    {
        Import();

        Command run = Run("one", ["--runtime", debian ? "io.containerd.runc.v2" : Programs.Shim], "sh", "-c", "echo kept >/file; cat /file; rm /bin/vi; ls /bin/vi 2>/dev/null; ls /bin/busybox");

        Assert.Equal((0, "kept\n/bin/busybox\n", string.Empty), (run.ExitCode, run.Output, run.Error));
        Assert.NotEmpty(Directory.EnumerateFiles(Images, "layer.erofs", SearchOption.AllDirectories));
        string path = Path.Combine(containerd.Root, $"{id}.layer");
        Command.Run("/bin/sh", "-c", $"ctr --address {containerd.Socket} -n {id} snapshots --snapshotter erofs diff one | tar -tzf - >{path}").Succeeds();
        Assert.Contains("file", File.ReadAllLines(path));
        Assert.Contains("bin/.wh.vi", File.ReadAllLines(path));
        containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "commit", "next", "one").Succeeds();
        Assert.Empty(Shown);
        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
        containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "prepare", "two", "next").Succeeds();
        Assert.Equal(2, Shown.Count());
        containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "rm", "two").Succeeds();
        Assert.Empty(Shown);
        containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "rm", "next").Succeeds();
        containerd.Ctr("-n", id, "image", "rm", "--sync", WharfContainerd.Image).Succeeds();
        Assert.Single(containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "ls").Succeeds().Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_running_container_keeps_its_layers_over_a_restart_and_loses_them_when_it_is_removed()
    {
        Import();
        Run("one", ["-d", "--runtime", Programs.Shim], "sleep", "1000").Succeeds();
        Assert.Single(Shown);

        containerd.Kill();
        containerd.StartAgain();

        Assert.Equal("/bin/busybox\n", containerd.Ctr("-n", id, "task", "exec", "--exec-id", "two", "one", "ls", "/bin/busybox").Succeeds().Output);
        containerd.Ctr("-n", id, "task", "rm", "-f", "one").Succeeds();
        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
        Assert.Empty(Shown);
        Assert.Empty(containerd.Left("one"));
    }

    private Command Run(string name, string[] flags, params string[] command) =>
        containerd.Ctr(["-n", id, "run", "--snapshotter", "erofs", .. flags, WharfContainerd.Image, name, .. command]);

    private void Import()
    {
        Assert.SkipUnless(containerd.Ctr("plugins", "ls", "type==io.containerd.snapshotter.v1,id==erofs").Succeeds().Output.Contains("erofs", StringComparison.Ordinal), "needs erofs in the kernel, and mkfs.erofs");
        containerd.Ctr("-n", id, "image", "import", "--snapshotter", "erofs", Path.Combine(containerd.Root, "busybox.tar")).Succeeds();
    }
}
