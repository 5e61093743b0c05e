using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Containers.V1;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>
/// Containers on layers that are images of a filesystem, which the daemon mounts for its clients. Debian's ctr mounts a root filesystem
/// itself before it runs a container, so these are made call by call.
/// </summary>
public sealed class ErofsSnapshotterTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"erofs-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Images => Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.erofs", "snapshots");

    private IEnumerable<string> Activated => HostMounts.Below(containerd.Root).Where(point => point.Contains("mount-manager", StringComparison.Ordinal));

    [Fact]
    public void An_image_is_unpacked_run_changed_and_collected_and_nothing_stays_mounted()
    {
        using var channel = new ContainerdChannel(containerd, id);
        string output = Create(channel, "sh", "-c", "echo kept >/file; cat /file; rm /bin/vi");
        var tasks = new Tasks.TasksClient(channel.Calls);
        tasks.Start(new StartRequest { ContainerId = "one" }, cancellationToken: Cancellation);
        Assert.Equal(0u, tasks.Wait(new WaitRequest { ContainerId = "one" }, cancellationToken: Cancellation).ExitStatus);
        tasks.Delete(new DeleteTaskRequest { ContainerId = "one" }, cancellationToken: Cancellation);

        Assert.Equal("kept\n", File.ReadAllText(output));
        Assert.NotEmpty(Directory.EnumerateFiles(Images, "layer.erofs", SearchOption.AllDirectories));
        Assert.Empty(Activated);
        string path = Path.Combine(containerd.Root, $"{id}.layer");
        Command.Run("/bin/sh", "-c", $"ctr --address {containerd.Socket} -n {id} snapshots --snapshotter erofs diff one | tar -tzf - >{path}").Succeeds();
        Assert.Contains("file", File.ReadAllLines(path));
        Assert.Contains("bin/.wh.vi", File.ReadAllLines(path));
        Assert.DoesNotContain("bin/busybox", File.ReadAllLines(path));

        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
        containerd.Ctr("-n", id, "image", "rm", "--sync", WharfContainerd.Image).Succeeds();
        containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "rm", "one");
        Assert.Empty(Activated);
    }

    [Fact]
    public void A_running_container_keeps_its_layers_over_a_restart_and_loses_them_with_its_task()
    {
        using (var channel = new ContainerdChannel(containerd, id))
        {
            Create(channel, "sleep", "1000");
            new Tasks.TasksClient(channel.Calls).Start(new StartRequest { ContainerId = "one" }, cancellationToken: Cancellation);
        }

        Assert.NotEmpty(Activated);
        containerd.Kill();
        containerd.StartAgain();

        Assert.Equal("/bin/busybox\n", containerd.Ctr("-n", id, "task", "exec", "--exec-id", "two", "one", "ls", "/bin/busybox").Succeeds().Output);
        containerd.Ctr("-n", id, "task", "rm", "-f", "one").Succeeds();
        Assert.Empty(Activated);
        containerd.Ctr("-n", id, "container", "rm", "one").Succeeds();
    }

    /// <summary>A container "one" with its task, not yet started; where its output goes.</summary>
    private string Create(ContainerdChannel channel, params string[] arguments)
    {
        Assert.SkipUnless(containerd.Ctr("plugins", "ls", "type==io.containerd.snapshotter.v1,id==erofs").Succeeds().Output.Contains("erofs", StringComparison.Ordinal), "needs erofs in the kernel, and mkfs.erofs");
        containerd.Ctr("-n", id, "image", "import", "--snapshotter", "erofs", Path.Combine(containerd.Root, "busybox.tar")).Succeeds();
        string layer = containerd.Ctr("-n", id, "snapshots", "--snapshotter", "erofs", "ls").Succeeds().Output.Split('\n').Single(line => line.Contains("Committed", StringComparison.Ordinal)).Split(' ')[0];
        PrepareSnapshotResponse prepared = new Snapshots.SnapshotsClient(channel.Calls).Prepare(new PrepareSnapshotRequest { Snapshotter = "erofs", Key = "one", Parent = layer }, cancellationToken: Cancellation);
        JsonNode spec = JsonNode.Parse(containerd.Ctr("oci", "spec").Succeeds().Output)!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode?)JsonValue.Create(argument))]);
        spec["root"] = new JsonObject { ["path"] = "rootfs" };
        var container = new Container
        {
            Id = "one",
            Image = WharfContainerd.Image,
            Snapshotter = "erofs",
            SnapshotKey = "one",
            Runtime = new Container.Types.Runtime { Name = Programs.Shim },
            Spec = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/Spec", Value = ByteString.CopyFromUtf8(spec.ToJsonString()) },
        };
        new Containers.ContainersClient(channel.Calls).Create(new CreateContainerRequest { Container = container }, cancellationToken: Cancellation);
        string output = Path.Combine(containerd.Root, $"{id}.out");
        var create = new CreateTaskRequest { ContainerId = "one", Stdout = $"file://{output}", Stderr = $"file://{output}.err" };
        create.Rootfs.AddRange(prepared.Mounts);
        new Tasks.TasksClient(channel.Calls).Create(create, cancellationToken: Cancellation);
        return output;
    }
}
