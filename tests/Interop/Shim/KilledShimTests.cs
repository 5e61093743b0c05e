using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Events.V1;
using Wharf.ContainerdApi.TaskEvents;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Harness;
using Wharf.Interop.Containerd;

namespace Wharf.Interop.Shim;

/// <summary>A shim killed at each call: whichever containerd is above tells that the container has ended, by 137, and nothing of it is left.</summary>
public sealed class KilledShimTests(WharfContainerd ours, DebianContainerd debians) : IClassFixture<WharfContainerd>, IClassFixture<DebianContainerd>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string id = $"killed-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<TaskExit> exits = new();

    private static string[] Methods =>
        ["Create", "Start", "State", "Pids", "Stats", "Exec", "StartExec", "ResizePty", "CloseIO", "Pause", "Resume", "Update", "Checkpoint", "Wait", "Kill", "Delete", "Shutdown"];

    // With the runtime's process under way.
    private static string[] Runtimes => ["Create", "Start", "StartExec", "Pause", "Resume", "Update", "Kill", "Delete"];

    public static TheoryData<string, string> Moments =>
    [
        .. Methods.Select(method => ("call", method)), .. Methods.Where(method => method != "Checkpoint").Select(method => ("answer", method)), .. Runtimes.Select(method => ("runtime", method)),
    ];

    [Theory]
    [MemberData(nameof(Moments))]
    public Task Ours_reports_it(string moment, string method) =>
        EndsAsync(new Above(ours.Socket, ours.Root, ours.Failpoints, arguments => ours.Ctr(arguments), WharfContainerd.Image, () => { ours.Kill(); ours.StartAgain(); }), moment, method);

    // Connect is what Debian's calls when it finds a shim again.
    [Theory]
    [MemberData(nameof(Moments))]
    [InlineData("call", "Connect")]
    [InlineData("answer", "Connect")]
    public Task Debians_reports_it(string moment, string method) =>
        EndsAsync(new Above(debians.Socket, debians.Root, debians.Failpoints, debians.Ctr, DebianContainerd.Image, debians.Restart), moment, method);

    private async Task EndsAsync(Above above, string moment, string method)
    {
        using var channel = new ContainerdChannel(above.Socket);
        using var listening = new CancellationTokenSource();
        Task events = ListenAsync(channel, listening.Token);
        bool started = method is not "Create";
        string point = Path.Combine(above.Failpoints, $"shim.{moment}.{(method == "StartExec" ? "Start" : method)}");
        Directory.CreateDirectory(above.Failpoints);
        try
        {
            if (method is "Create" or "Start")
            {
                File.WriteAllText(point, "");
                above.Ctr(["run", "-d", "--runtime", Programs.Shim, above.Image, id, "sleep", "1000"]);
            }
            else
            {
                above.Ctr(["run", "-d", "--runtime", Programs.Shim, above.Image, id, "sleep", "1000"]).Succeeds();
                await LeadToAsync(new Tasks.TasksClient(channel.Calls), method);
                File.WriteAllText(point, "");
                await CallAsync(above, new Tasks.TasksClient(channel.Calls), method);
            }

            Until(() => !File.Exists(point), "the point was not passed");
            Until(() => !HostProcesses.Naming(id).Any(HostProcesses.Lives), "a process is left");
            Until(() => !above.Ctr(["task", "ls"]).Output.Contains(id, StringComparison.Ordinal), "the task is left");
            if (started && method != "Connect")
            {
                Until(() => exits.Any(exit => exit.ContainerId == id && exit.ExitStatus == 137), "nobody is told of the end");
            }

            above.Ctr(["container", "rm", id]).Succeeds();
            Assert.DoesNotContain(HostMounts.Below(above.Root), mount => mount.Contains(id, StringComparison.Ordinal));
            Until(() => HostCgroups.Below("/default/" + id).Count == 0, "a cgroup is left");
            Assert.False(Directory.Exists("/run/containerd/runc/default/" + id), "the runtime's state is left");
            Assert.False(Directory.Exists(Path.Combine(above.Root, "state", "io.containerd.runtime.v2.task", "default", id)), "the bundle is left");
            Assert.DoesNotContain(id, above.Ctr(["snapshot", "ls"]).Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(point);
            above.Ctr(["task", "rm", "-f", id]);
            above.Ctr(["container", "rm", id]);
            await listening.CancelAsync();
            await events;
        }
    }

    private async Task LeadToAsync(Tasks.TasksClient tasks, string method)
    {
        switch (method)
        {
            case "StartExec":
                await ExecAsync(tasks);
                break;
            case "Resume":
                await tasks.PauseAsync(new PauseTaskRequest { ContainerId = id });
                break;
            case "Delete" or "Shutdown":
                await tasks.KillAsync(new KillRequest { ContainerId = id, Signal = 9 });
                await tasks.WaitAsync(new WaitRequest { ContainerId = id });
                break;
        }
    }

    private async Task CallAsync(Above above, Tasks.TasksClient tasks, string method)
    {
        try
        {
            switch (method)
            {
                case "State": await tasks.GetAsync(new GetRequest { ContainerId = id }); break;
                case "Pids": await tasks.ListPidsAsync(new ListPidsRequest { ContainerId = id }); break;
                case "Stats": await tasks.MetricsAsync(new MetricsRequest { Filters = { $"id=={id}" } }); break;
                case "Exec": await ExecAsync(tasks); break;
                case "StartExec": await tasks.StartAsync(new StartRequest { ContainerId = id, ExecId = "one" }); break;
                case "ResizePty": await tasks.ResizePtyAsync(new ResizePtyRequest { ContainerId = id, Width = 80, Height = 25 }); break;
                case "CloseIO": await tasks.CloseIOAsync(new CloseIORequest { ContainerId = id, Stdin = true }); break;
                case "Pause": await tasks.PauseAsync(new PauseTaskRequest { ContainerId = id }); break;
                case "Resume": await tasks.ResumeAsync(new ResumeTaskRequest { ContainerId = id }); break;
                case "Update": await tasks.UpdateAsync(new UpdateTaskRequest { ContainerId = id, Resources = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources", Value = ByteString.CopyFromUtf8("""{"pids":{"limit":50} }""") } }); break;
                case "Checkpoint": await tasks.CheckpointAsync(new CheckpointTaskRequest { ContainerId = id }); break;
                case "Kill": await tasks.KillAsync(new KillRequest { ContainerId = id, Signal = 9 }); break;
                case "Delete" or "Shutdown": await tasks.DeleteAsync(new DeleteTaskRequest { ContainerId = id }); break;
                case "Connect": above.Restart(); break;
                case "Wait":
                    using (AsyncUnaryCall<WaitResponse> waiting = tasks.WaitAsync(new WaitRequest { ContainerId = id }))
                    {
                        await tasks.KillAsync(new KillRequest { ContainerId = id, Signal = 9 });
                        await waiting;
                    }

                    break;
            }
        }
        catch (RpcException)
        {
            // Its shim is gone, and the call with it.
        }
    }

    private async Task ExecAsync(Tasks.TasksClient tasks) => await tasks.ExecAsync(new ExecProcessRequest
    {
        ContainerId = id,
        ExecId = "one",
        Spec = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/Process", Value = ByteString.CopyFromUtf8("""{"args":["sleep","1000"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""") },
    });

    private async Task ListenAsync(ContainerdChannel channel, CancellationToken cancellation)
    {
        try
        {
            using AsyncServerStreamingCall<Envelope> stream = new Events.EventsClient(channel.Calls).Subscribe(new SubscribeRequest { Filters = { "topic==\"/tasks/exit\"" } }, cancellationToken: cancellation);
            while (await stream.ResponseStream.MoveNext(cancellation))
            {
                exits.Enqueue(TaskExit.Parser.ParseFrom(stream.ResponseStream.Current.Event.Value));
            }
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable)
        {
            // Cancelled at the end, or containerd was restarted.
        }
    }

    private static void Until(Func<bool> holds, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(limit.Elapsed < Patience, what);
            Thread.Sleep(20);
        }
    }

    private sealed record Above(string Socket, string Root, string Failpoints, Func<string[], Command> Ctr, string Image, Action Restart);
}
