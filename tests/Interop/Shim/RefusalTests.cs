using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.Harness;
using Wharf.Interop.Containerd;

namespace Wharf.Interop.Shim;

/// <summary>What a task refuses in each of its states, and how it says so: our shim beside Debian's, call by call.</summary>
public sealed class RefusalTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const string Id = "one";
    private static readonly Any Sleep = new()
    {
        TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/Process",
        Value = Google.Protobuf.ByteString.CopyFromUtf8("""{"args":["sleep","1000"],"cwd":"/","user":{"uid":0,"gid":0},"env":["PATH=/bin"]}"""),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Both_shims_refuse_the_same_in_the_same_words()
    {
        List<string> ours = Life(Programs.Shim), theirs = Life("io.containerd.runc.v2");

        Assert.True(theirs.SequenceEqual(ours), string.Join('\n', theirs.Zip(ours).Where(pair => pair.First != pair.Second)));
        Assert.Contains("paused: delete: Unknown cannot delete a paused process", ours);
        Assert.Contains("created: delete: done", ours);
    }

    private List<string> Life(string shim)
    {
        string scope = $"refused-{Guid.NewGuid():N}";
        containerd.Ctr("-n", scope, "image", "import", Path.Combine(containerd.Root, "busybox.tar")).Succeeds();
        using var channel = new ContainerdChannel(containerd, scope);
        var tasks = new Tasks.TasksClient(channel.Calls);
        var heard = new List<string>();
        void Try(string state, string what, Action call)
        {
            try
            {
                call();
                heard.Add($"{state}: {what}: done");
            }
            catch (RpcException error)
            {
                heard.Add($"{state}: {what}: {error.StatusCode} {error.Status.Detail}");
            }
        }

        void Pause(string state) => Try(state, "pause", () => tasks.Pause(new PauseTaskRequest { ContainerId = Id }, cancellationToken: Cancellation));
        void Resume(string state) => Try(state, "resume", () => tasks.Resume(new ResumeTaskRequest { ContainerId = Id }, cancellationToken: Cancellation));
        void Start(string state, string exec = "") => Try(state, $"start {exec}", () => tasks.Start(new StartRequest { ContainerId = Id, ExecId = exec }, cancellationToken: Cancellation));
        void Delete(string state) => Try(state, "delete", () => tasks.Delete(new DeleteTaskRequest { ContainerId = Id }, cancellationToken: Cancellation));
        void DeleteExec(string state) => Try(state, "delete exec", () => tasks.DeleteProcess(new DeleteProcessRequest { ContainerId = Id, ExecId = "x" }, cancellationToken: Cancellation));
        void Exec(string state) => Try(state, "exec", () => tasks.Exec(new ExecProcessRequest { ContainerId = Id, ExecId = "x", Spec = Sleep }, cancellationToken: Cancellation));
        void Kill(string state, string exec = "") => Try(state, $"kill {exec}", () => tasks.Kill(new KillRequest { ContainerId = Id, ExecId = exec, Signal = 9 }, cancellationToken: Cancellation));
        void Checkpoint(string state) => Try(state, "checkpoint", () => tasks.Checkpoint(new CheckpointTaskRequest { ContainerId = Id }, cancellationToken: Cancellation));
        void Status(string state, string exec = "") => heard.Add($"{state}: status {exec}: {tasks.Get(new GetRequest { ContainerId = Id, ExecId = exec }, cancellationToken: Cancellation).Process.Status}");
        void Wait(string exec = "") => tasks.Wait(new WaitRequest { ContainerId = Id, ExecId = exec }, cancellationToken: Cancellation);

        Create(channel, scope, shim);
        Status("created");
        Pause("created");
        Resume("created");
        Checkpoint("created");
        Delete("created");
        containerd.Ctr("-n", scope, "container", "rm", Id).Succeeds();

        Create(channel, scope, shim);
        Start("created");
        Status("running");
        Start("running");
        Resume("running");
        Delete("running");
        Exec("running");
        Exec("running");
        Status("running", "x");
        Kill("running", "x");
        DeleteExec("running");
        Exec("running");
        Start("running", "x");
        Start("running", "x");
        DeleteExec("running");

        Pause("running");
        Status("paused");
        Status("paused", "x");
        Pause("paused");
        Start("paused");
        Delete("paused");
        Try("paused", "another exec", () => tasks.Exec(new ExecProcessRequest { ContainerId = Id, ExecId = "y", Spec = Sleep }, cancellationToken: Cancellation));
        Resume("paused");

        Kill("running", "x");
        Wait("x");
        Start("running", "x");
        Kill("running", "x");
        DeleteExec("running");
        Exec("running");
        Kill("running");
        Wait();
        Status("stopped", "x");
        DeleteExec("stopped");
        Status("stopped");
        Pause("stopped");
        Resume("stopped");
        Checkpoint("stopped");
        Start("stopped");
        Exec("stopped");
        Kill("stopped");
        Try("stopped", "update", () => tasks.Update(new UpdateTaskRequest { ContainerId = Id, Resources = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources", Value = Google.Protobuf.ByteString.CopyFromUtf8("{}") } }, cancellationToken: Cancellation));
        Delete("stopped");
        Delete("deleted");
        containerd.Ctr("-n", scope, "container", "rm", Id).Succeeds();
        Assert.Empty(containerd.Left(scope));
        return heard;
    }

    private void Create(ContainerdChannel channel, string scope, string shim)
    {
        containerd.Ctr("-n", scope, "container", "create", "--runtime", shim, WharfContainerd.Image, Id, "sleep", "1000").Succeeds();
        var create = new CreateTaskRequest { ContainerId = Id };
        create.Rootfs.AddRange(new Snapshots.SnapshotsClient(channel.Calls).Mounts(new MountsRequest { Snapshotter = "overlayfs", Key = Id }, cancellationToken: Cancellation).Mounts);
        new Tasks.TasksClient(channel.Calls).Create(create, cancellationToken: Cancellation);
    }
}
