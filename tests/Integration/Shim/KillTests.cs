using Google.Protobuf;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;
using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>A shim killed at any call: "delete", which containerd runs then, ends the container and leaves nothing of it.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData("Connect", 0)]
    [InlineData("Create", 0)]
    [InlineData("Create", 5)]
    [InlineData("Create", 15)]
    [InlineData("Start", 0)]
    [InlineData("Start", 5)]
    [InlineData("State", 0)]
    [InlineData("Pids", 0)]
    [InlineData("Stats", 0)]
    [InlineData("Exec", 0)]
    [InlineData("StartExec", 0)]
    [InlineData("StartExec", 5)]
    [InlineData("ResizePty", 0)]
    [InlineData("CloseIO", 0)]
    [InlineData("Pause", 0)]
    [InlineData("Resume", 0)]
    [InlineData("Update", 0)]
    [InlineData("Checkpoint", 0)]
    [InlineData("Wait", 0)]
    [InlineData("Kill", 0)]
    [InlineData("Delete", 0)]
    [InlineData("Delete", 3)]
    [InlineData("Shutdown", 0)]
    public async Task Nothing_is_left(string method, int milliseconds)
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        await LeadToAsync(shim, method);

        Task<byte[]> call = shim.CallAsync("containerd.task.v3.Task", method == "StartExec" ? "Start" : method, Request(shim, method));
        await Task.Delay(milliseconds);
        if (HostProcesses.Lives(shim.Process))
        {
            Command.Run("kill", "-KILL", $"{shim.Process}");
        }

        // Answered or not, as it fell out.
        await Task.WhenAny(call.WaitAsync(TimeSpan.FromSeconds(60)).ContinueWith(done => _ = done.Exception, TaskScheduler.Default));
        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim lives");
        Command delete = shim.Shim(shim.Id, ["-bundle", shim.Bundle(shim.Id), "delete"]);

        Assert.True(delete.ExitCode == 0 && delete.Error.Length == 0, delete.Error);
        ShimPod.Until(() => !Runs(shim), "a process is left");
        Assert.False(Directory.Exists(shim.State(shim.Id)), "the runtime's state is left");
        ShimPod.Until(() => HostCgroups.Below($"/{shim.Namespace}/{shim.Id}").Count == 0, "a cgroup is left");
        Assert.False(File.Exists(shim.Socket));
    }

    [Fact]
    public async Task Delete_tells_the_process_and_how_it_ended()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        int pid = await shim.CreateAsync();
        await shim.CallAsync("Start");
        shim.Kill();
        Assert.True(HostProcesses.Lives(pid));

        Command.Run("/bin/sh", ["-c", "exec \"$0\" \"$@\" >" + shim["answer"], Programs.Shim, "-namespace", shim.Namespace, "-address", shim.Address, "-id", shim.Id, "delete"], workingDirectory: shim.Bundle(shim.Id)).Succeeds();

        DeleteResponse answer = DeleteResponse.Parser.ParseFrom(File.ReadAllBytes(shim["answer"]));
        Assert.Equal(((uint)pid, 137u), (answer.Pid, answer.ExitStatus));
        Assert.False(HostProcesses.Lives(pid));
    }

    private static async Task LeadToAsync(ShimPod shim, string method)
    {
        if (method is "Connect" or "Create" or "Shutdown")
        {
            return;
        }

        await shim.CreateAsync();
        if (method == "Start")
        {
            return;
        }

        await shim.CallAsync("Start");
        if (method == "StartExec")
        {
            await shim.ExecAsync("one", null, "sleep", "1000");
        }
        else if (method == "Resume")
        {
            await shim.CallAsync("Pause");
        }
        else if (method == "Delete")
        {
            await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
            await shim.WaitAsync();
        }
    }

    private static byte[] Request(ShimPod shim, string method) => method switch
    {
        "Create" => new CreateTaskRequest
        {
            Id = shim.Id,
            Bundle = shim.Bundle(shim.Id),
            Options = new Google.Protobuf.WellKnownTypes.Any
            {
                TypeUrl = "containerd.runc.v1.Options",
                Value = new ContainerdApi.RuncOptions.Options { BinaryName = Programs.Runc, Root = shim.StateRoot }.ToByteString(),
            },
        }.ToByteArray(),
        "Exec" => new ExecProcessRequest { Id = shim.Id, ExecId = "one" }.ToByteArray(),
        "StartExec" => new ProcessRequest { Id = shim.Id, ExecId = "one" }.ToByteArray(),
        "ResizePty" => new ResizePtyRequest { Id = shim.Id, Width = 80, Height = 25 }.ToByteArray(),
        "CloseIO" => new CloseIORequest { Id = shim.Id, Stdin = true }.ToByteArray(),
        "Update" => new UpdateTaskRequest { Id = shim.Id, Resources = new Google.Protobuf.WellKnownTypes.Any { Value = ByteString.CopyFromUtf8("""{"pids":{"limit":50} }""") } }.ToByteArray(),
        "Checkpoint" => new CheckpointTaskRequest { Id = shim.Id, Path = shim["images"] }.ToByteArray(),
        "Kill" => new KillRequest { Id = shim.Id, Signal = 9 }.ToByteArray(),
        "Shutdown" => new ShutdownRequest { Id = shim.Id }.ToByteArray(),
        _ => new ProtoWriter().Text(1, shim.Id).ToArray(),
    };

    /// <summary>Of the container, or of the runtime that was about to make it.</summary>
    private static bool Runs(ShimPod shim) =>
        HostProcesses.Naming(shim.Bundle(shim.Id)).Any(HostProcesses.Lives)
            || HostCgroups.Below($"/{shim.Namespace}/{shim.Id}").Any(folder => File.ReadAllText(Path.Combine(folder, "cgroup.procs")).Length > 0);
}
