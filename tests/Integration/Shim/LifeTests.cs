using System.Text;
using System.Text.Json.Nodes;
using Wharf.ContainerdApi.ShimTask;
using Wharf.ContainerdApi.TaskEvents;
using Wharf.Harness;
using Wharf.Ttrpc;
using Status = Wharf.ContainerdApi.Types.Status;

namespace Wharf.Integration.Shim;

/// <summary>The task service of a shim without a containerd.</summary>
public sealed class LifeTests
{
    private const string Group = "io.kubernetes.cri.sandbox-id";

    [Fact]
    public async Task Every_call_of_a_life_and_its_events_in_their_order()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();

        int pid = await shim.CreateAsync();
        Assert.Equal((Status.Created, (uint)pid), await StatusAsync(shim));
        await shim.CallAsync("Start");
        Assert.Equal((Status.Running, (uint)pid), await StatusAsync(shim));
        await shim.ExecAsync("one", null, "sh", "-c", "exit 4");
        await shim.CallAsync("Start", "one");
        Assert.Equal(4, await shim.WaitAsync("one"));
        await shim.CallAsync("Delete", "one");
        await shim.CallAsync("Pause");
        Assert.Equal(Status.Paused, (await StatusAsync(shim)).Status);
        await shim.CallAsync("Resume");
        await shim.ExecAsync("two", null, "sleep", "1000");
        await shim.CallAsync("Start", "two");
        PidsResponse pids = await shim.CallAsync("Pids", new ProcessRequest { Id = shim.Id }, PidsResponse.Parser);
        Assert.Equal(2, pids.Processes.Count);
        Assert.Single(pids.Processes, process => process.Info?.Value.ToStringUtf8().EndsWith("two", StringComparison.Ordinal) == true);
        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        Assert.Equal(137, await shim.WaitAsync());
        Assert.Equal(137, await shim.WaitAsync("two"));
        Assert.Equal((Status.Stopped, (uint)pid), await StatusAsync(shim));
        DeleteResponse deleted = await shim.CallAsync("Delete", new ProcessRequest { Id = shim.Id }, DeleteResponse.Parser);
        Assert.Equal((137u, (uint)pid), (deleted.ExitStatus, deleted.Pid));
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });

        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim lives");
        Assert.False(File.Exists(shim.Socket));
        Assert.False(Directory.Exists(shim.State(shim.Id)));

        // The first process's end is told last, whichever the kernel tells first.
        Assert.Equal(["create", "start", "exec-added", "exec-started", "exit", "paused", "resumed", "exec-added", "exec-started", "exit", "exit", "delete"], shim.Sink.Topics);
        TaskExit[] exits = [.. shim.Sink.Events.Where(one => one.Topic == "/tasks/exit").Select(one => TaskExit.Parser.ParseFrom(one.Value))];
        Assert.Equal(["one", "two", shim.Id], exits.Select(exit => exit.Id));
        Assert.Equal([4u, 137u, 137u], exits.Select(exit => exit.ExitStatus));
    }

    [Fact]
    public async Task Both_names_of_the_service_answer_and_no_other()
    {
        await using var shim = new ShimPod("true");
        await shim.StartAsync();

        Assert.NotEmpty(await shim.CallAsync("containerd.task.v2.Task", "Connect", []));
        Assert.NotEmpty(await shim.CallAsync("containerd.task.v3.Task", "Connect", []));
        Assert.Equal(TtrpcStatus.Unimplemented, await RefusedAsync(() => shim.CallAsync("containerd.task.v4.Task", "Connect", [])));
        Assert.Equal(TtrpcStatus.Unimplemented, await RefusedAsync(() => shim.CallAsync("containerd.task.v3.Task", "Nothing", [])));
    }

    [Fact]
    public async Task Requests_that_cannot_be_met_have_the_codes_that_clients_match()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();

        Assert.Equal(TtrpcStatus.NotFound, await RefusedAsync(() => shim.CallAsync("State")));
        await shim.CreateAsync();
        Assert.Equal(TtrpcStatus.AlreadyExists, await RefusedAsync(() => shim.CreateAsync()));
        await shim.CallAsync("Start");
        Assert.Equal(TtrpcStatus.Unknown, await RefusedAsync(() => shim.CallAsync("Start")));
        Assert.Equal(TtrpcStatus.Unknown, await RefusedAsync(() => shim.CallAsync("Delete")));
        Assert.Equal(TtrpcStatus.NotFound, await RefusedAsync(() => shim.CallAsync("Start", "nobody")));
        Assert.Equal(TtrpcStatus.InvalidArgument, await RefusedAsync(() => shim.ExecAsync("../up", null, "true")));
        await shim.ExecAsync("one", null, "nope");
        Assert.Equal(TtrpcStatus.AlreadyExists, await RefusedAsync(() => shim.ExecAsync("one", null, "true")));
        TtrpcException missing = await Assert.ThrowsAsync<TtrpcException>(() => shim.CallAsync("Start", "one"));
        Assert.Contains("OCI runtime exec failed: exec failed: unable to start container process: exec: \"nope\": executable file not found in $PATH", missing.Message, StringComparison.Ordinal);
        await shim.CallAsync("Delete", "one");
        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        await shim.WaitAsync();
        Assert.Equal(TtrpcStatus.NotFound, await RefusedAsync(() => shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 })));
        await shim.CallAsync("Delete");
        Assert.Equal(TtrpcStatus.NotFound, await RefusedAsync(() => shim.CallAsync("Delete")));
    }

    [Fact]
    public async Task A_created_task_may_be_deleted_and_its_end_is_told_before()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        int pid = await shim.CreateAsync();

        DeleteResponse deleted = await shim.CallAsync("Delete", new ProcessRequest { Id = shim.Id }, DeleteResponse.Parser);

        Assert.Equal((137u, (uint)pid), (deleted.ExitStatus, deleted.Pid));
        Assert.Equal("{}", File.ReadAllText(Path.Combine(shim.Bundle(shim.Id), "options.json")).Replace($"\"binary_name\":\"{Programs.Runc}\"", "", StringComparison.Ordinal).Replace($"\"root\":\"{Path.GetDirectoryName(Path.GetDirectoryName(shim.State(shim.Id)))}\"", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal));
        Assert.Equal(Programs.Runc, File.ReadAllText(Path.Combine(shim.Bundle(shim.Id), "runtime")));
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });
        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim lives");
        Assert.Equal(["create", "exit", "delete"], shim.Sink.Topics);
    }

    [Fact]
    public async Task What_happens_while_containerd_is_away_is_told_when_it_is_back()
    {
        await using var shim = new ShimPod("sh", "-c", "exit 5");
        await shim.StartAsync();
        await shim.Sink.CloseAsync();

        await shim.CreateAsync();
        await shim.CallAsync("Start");
        Assert.Equal(5, await shim.WaitAsync());
        await shim.CallAsync("Delete");
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });
        Assert.Empty(shim.Sink.Events);
        shim.Sink.Open();

        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim waits");
        Assert.Equal(["create", "start", "exit", "delete"], shim.Sink.Topics);
    }

    [Fact]
    public async Task Containers_of_one_pod_share_a_shim()
    {
        await using var shim = new ShimPod("sleep", "1000");
        string second = shim.AddBundle("sleep", "1000");
        foreach (string id in new[] { shim.Id, second })
        {
            shim.Change(id, spec => spec["annotations"] = new JsonObject { [Group] = "pod-of-" + shim.Namespace });
        }

        await shim.StartAsync();
        string address = shim.Shim(second, ["start"]).Succeeds().Output.Trim();
        Assert.Equal("unix://" + shim.Socket, address);
        int first = await shim.CreateAsync();
        await shim.CreateAsync(second);
        await shim.CallAsync("Start");
        await shim.CallAsync("Start", new ProcessRequest { Id = second });

        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        await shim.WaitAsync();
        await shim.CallAsync("Delete");
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });

        Assert.False(HostProcesses.Lives(first));
        Assert.Equal(Status.Running, (await shim.CallAsync("State", new ProcessRequest { Id = second }, StateResponse.Parser)).Status);

        // containerd before 2.3 cleans up after each container by this command, while the others go on.
        shim.Shim(shim.Id, ["-bundle", shim.Bundle(shim.Id), "delete"]).Succeeds();
        Assert.True(File.Exists(shim.Socket));
        await shim.CallAsync("Kill", new KillRequest { Id = second, Signal = 9 });
        Assert.Equal(137, await shim.WaitAsync(id: second));
    }

    [Fact]
    public async Task Processes_that_outlive_the_first_in_a_shared_pid_namespace_end_with_it()
    {
        await using var shim = new ShimPod("sh", "-c", "sleep 1000 & exit 6");
        shim.Change(shim.Id, spec =>
        {
            var namespaces = spec["linux"]!["namespaces"]!.AsArray();
            namespaces.Remove(namespaces.Single(one => (string?)one!["type"] == "pid"));
        });
        await shim.StartAsync();
        await shim.CreateAsync();
        await shim.CallAsync("Start");

        Assert.Equal(6, await shim.WaitAsync());

        ShimPod.Until(() => HostCgroups.Below($"/{shim.Namespace}/{shim.Id}").SelectMany(folder => File.ReadLines(Path.Combine(folder, "cgroup.procs"))).All(string.IsNullOrEmpty), "a process is left");
        await shim.CallAsync("Delete");
    }

    [Fact]
    public async Task A_sandbox_holds_namespaces_until_it_is_stopped()
    {
        const string service = "containerd.runtime.sandbox.v1.Sandbox";
        await using var shim = new ShimPod("true");
        await shim.StartAsync();
        byte[] id = new ProtoWriter().Text(1, "pod").ToArray();
        Assert.Equal(TtrpcStatus.NotFound, await RefusedAsync(() => shim.CallAsync(service, "PingSandbox", id)));

        await shim.CallAsync(service, "CreateSandbox", new ProtoWriter().Text(1, "pod").Text(2, shim.Bundle(shim.Id)).Text(5, "/proc/self/ns/net").ToArray());
        Assert.Equal(TtrpcStatus.AlreadyExists, await RefusedAsync(() => shim.CallAsync(service, "CreateSandbox", id)));
        Assert.Contains("SANDBOX_NOTREADY", Encoding.UTF8.GetString(await shim.CallAsync(service, "SandboxStatus", id)), StringComparison.Ordinal);
        int pid = Number(await shim.CallAsync(service, "StartSandbox", id), 1);
        await shim.CallAsync(service, "PingSandbox", id);
        Assert.Contains("linux", Encoding.UTF8.GetString(await shim.CallAsync(service, "Platform", id)), StringComparison.Ordinal);
        byte[] status = await shim.CallAsync(service, "SandboxStatus", id);
        Assert.Contains("SANDBOX_READY", Encoding.UTF8.GetString(status), StringComparison.Ordinal);
        Assert.Equal(pid, Number(status, 2));
        Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/ipc", false)!.Name, File.ResolveLinkTarget($"/proc/{pid}/ns/ipc", false)!.Name);
        Assert.Contains("io.containerd.cgroups.", Encoding.UTF8.GetString(await shim.CallAsync(service, "SandboxMetrics", id)), StringComparison.Ordinal);
        Task<byte[]> waiting = shim.CallAsync(service, "WaitSandbox", id);
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });
        await shim.CallAsync(service, "StopSandbox", id);
        Assert.Equal(137, Number(await waiting, 1));
        Assert.False(HostProcesses.Lives(pid));
        await shim.CallAsync(service, "ShutdownSandbox", id);
        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim lives");
    }

    [Fact]
    public async Task Containers_of_a_sandbox_share_its_processes_when_they_are_told_to()
    {
        const string service = "containerd.runtime.sandbox.v1.Sandbox";
        await using var shim = new ShimPod("sh", "-c", "sleep 1000 & exec sleep 2000");
        string second = shim.AddBundle("sleep", "3000");
        await shim.StartAsync();
        byte[] id = new ProtoWriter().Text(1, "pod").ToArray();
        await shim.CallAsync(service, "CreateSandbox", new ProtoWriter().Text(1, "pod").Text(2, shim.Bundle(shim.Id)).ToArray());
        int pid = Number(await shim.CallAsync(service, "StartSandbox", id), 1);
        foreach (string one in new[] { shim.Id, second })
        {
            shim.Change(one, spec =>
            {
                foreach (JsonNode? space in spec["linux"]!["namespaces"]!.AsArray().Where(space => (string?)space!["type"] is "pid" or "ipc" or "uts"))
                {
                    space!["path"] = $"/proc/{pid}/ns/{(string?)space["type"]}";
                }
            });
        }

        int first = await shim.CreateAsync();
        await shim.CreateAsync(second);
        await shim.CallAsync("Start");
        await shim.CallAsync("Start", new ProcessRequest { Id = second });

        Assert.Equal(File.ResolveLinkTarget($"/proc/{pid}/ns/pid", false)!.Name, File.ResolveLinkTarget($"/proc/{first}/ns/pid", false)!.Name);
        Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/pid", false)!.Name, File.ResolveLinkTarget($"/proc/{pid}/ns/pid", false)!.Name);
        Assert.Equal("1", File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("NSpid", StringComparison.Ordinal)).Split('\t')[^1]);

        // The first container's other processes end with it, the second's go on.
        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        Assert.Equal(137, await shim.WaitAsync());
        ShimPod.Until(() => HostCgroups.Below($"/{shim.Namespace}/{shim.Id}").SelectMany(folder => File.ReadLines(Path.Combine(folder, "cgroup.procs"))).All(string.IsNullOrEmpty), "a process is left");
        Assert.Equal(Status.Running, (await shim.CallAsync("State", new ProcessRequest { Id = second }, StateResponse.Parser)).Status);

        // A shim that dies takes its pod with it.
        shim.Kill();
        ShimPod.Until(() => !HostProcesses.Lives(pid), "the pod's first process lives");
    }

    private static async Task<(Status Status, uint Pid)> StatusAsync(ShimPod shim)
    {
        StateResponse state = await shim.StateAsync();
        return (state.Status, state.Pid);
    }

    private static async Task<TtrpcStatus> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<TtrpcException>(call)).Status;

    private static int Number(byte[] message, int field)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return (int)reader.Number;
            }
        }

        return 0;
    }
}
