using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Containers whose root is somebody else on the host, on layers that stay as they are.</summary>
public sealed class RemappedTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const int Outside = 231072;
    private readonly string id = $"remapped-{Guid.NewGuid():N}";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Layers_are_shown_with_the_containers_owners_by_either_shim_and_nothing_is_copied_or_left(bool debian)
    {
        Assert.SkipUnless(containerd.Ctr("plugins", "ls", "--detailed", "type==io.containerd.snapshotter.v1,id==overlayfs").Succeeds().Output.Contains("remap-ids", StringComparison.Ordinal), "needs a kernel and a filesystem with mapped mounts");
        string mapping = string.Create(CultureInfo.InvariantCulture, $"0:{Outside}:65536");
        IReadOnlyList<string> before = Committed();

        Command run = containerd.Run(id, ["--uidmap", mapping, "--gidmap", mapping, "--remap-labels", "--runtime", debian ? "io.containerd.runc.v2" : Programs.Shim], "sh", "-c", "stat -c %u:%g /bin/busybox / && echo kept >/file && stat -c %u:%g /file; head -1 /proc/self/uid_map");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["0:0", "0:0", "0:0"], lines[..3]);
        Assert.Contains(Outside.ToString(CultureInfo.InvariantCulture), lines[^1], StringComparison.Ordinal);
        string upper = containerd.Ctr("snapshots", "mounts", "/nowhere", id).Succeeds().Output.Split(' ', ',').Single(option => option.StartsWith("upperdir=", StringComparison.Ordinal))["upperdir=".Length..];
        Assert.Equal($"{Outside}:{Outside}", Command.Run("stat", "-c", "%u:%g", Path.Combine(upper, "file")).Succeeds().Output.Trim());
        Assert.Equal(before, Committed());
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
        Assert.Empty(Activated);
    }

    [Fact]
    public void A_running_one_goes_on_over_a_restart_and_takes_its_mounts_with_it()
    {
        Assert.SkipUnless(containerd.Ctr("plugins", "ls", "--detailed", "type==io.containerd.snapshotter.v1,id==overlayfs").Succeeds().Output.Contains("remap-ids", StringComparison.Ordinal), "needs a kernel and a filesystem with mapped mounts");
        string mapping = string.Create(CultureInfo.InvariantCulture, $"0:{Outside}:65536");
        containerd.Run(id, ["-d", "--uidmap", mapping, "--gidmap", mapping, "--remap-labels"], "sleep", "1000").Succeeds();
        Assert.Single(Activated);

        containerd.Kill();
        containerd.StartAgain();

        Assert.Equal("0:0\n", containerd.Ctr("task", "exec", "--exec-id", "two", id, "stat", "-c", "%u:%g", "/bin/busybox").Succeeds().Output);
        containerd.Ctr("task", "rm", "-f", id).Succeeds();
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
        Assert.Empty(Activated);
    }

    [Theory]
    [InlineData("0:1:x")]
    [InlineData("5:100000:10")]
    public void A_mapping_that_is_none_or_leaves_root_out_is_refused(string mapping)
    {
        using var channel = new ContainerdChannel(containerd);
        var request = new ContainerdApi.Snapshots.V1.PrepareSnapshotRequest { Snapshotter = "overlayfs", Key = id, Labels = { ["containerd.io/snapshot/uidmapping"] = mapping, ["containerd.io/snapshot/gidmapping"] = "0:1:1" } };
        Grpc.Core.RpcException error = Assert.Throws<Grpc.Core.RpcException>(() => new ContainerdApi.Snapshots.V1.Snapshots.SnapshotsClient(channel.Calls).Prepare(request, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, error.StatusCode);
        Assert.DoesNotContain(id, containerd.Ctr("snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
    }

    private IEnumerable<string> Activated => HostMounts.Below(containerd.Root).Where(point => point.Contains("mount-manager", StringComparison.Ordinal));

    private string[] Committed() => [.. containerd.Ctr("snapshots", "ls").Succeeds().Output.Split('\n').Where(line => line.Contains("Committed", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];
}
