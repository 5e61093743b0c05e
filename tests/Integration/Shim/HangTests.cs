using System.Net.Sockets;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;
using Wharf.Ttrpc;
using Status = Wharf.ContainerdApi.Types.Status;

namespace Wharf.Integration.Shim;

/// <summary>A runtime that does not come back, because a hook hangs, or a logger that is never ready: the others of the pod go on.</summary>
public sealed class HangTests
{
    [Fact]
    public async Task A_hanging_create_holds_up_nobody_and_ends_with_its_deadline()
    {
        await using var shim = new ShimPod("sleep", "1000");
        string second = shim.AddBundle("sleep", "1000");
        Hang(shim, second, "createRuntime");
        await shim.StartAsync();
        await shim.CreateAsync();
        using Socket socket = await ConnectAsync(shim);
        await socket.SendAsync(new TtrpcRequest("containerd.task.v3.Task", "Create", Create(shim, second), TimeoutNanoseconds: 3_000_000_000).Frame(1));
        ShimPod.Until(() => File.Exists(shim[$"{second}-hangs"]), "the hook has not begun");

        await shim.CallAsync("Start");
        await shim.ExecAsync("one", null, "true");
        await shim.CallAsync("Start", "one");
        Assert.Equal(0, await shim.WaitAsync("one"));
        await shim.CallAsync("Update", new UpdateTaskRequest { Id = shim.Id, Resources = new Any { Value = ByteString.CopyFromUtf8("""{"pids":{"limit":50} }""") } });
        Assert.Equal(Status.Running, (await shim.StateAsync()).Status);
        Assert.Equal(TtrpcStatus.AlreadyExists, (await Assert.ThrowsAsync<TtrpcException>(() => shim.CreateAsync(second))).Status);

        Assert.Equal(TtrpcStatus.DeadlineExceeded, await AnswerAsync(socket));
        ShimPod.Until(() => !Directory.Exists(shim.State(second)), "the runtime's state is left");
        ShimPod.Until(() => HostCgroups.Below($"/{shim.Namespace}/{second}").Count == 0, "a cgroup is left");
        ShimPod.Until(() => !HostProcesses.Naming(shim[$"{second}-hangs"]).Any(HostProcesses.Lives), "the hook is left");
        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        Assert.Equal(137, await shim.WaitAsync());
        await shim.CallAsync("Delete");
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Id });
        ShimPod.Until(() => !HostProcesses.Lives(shim.Process), "the shim lives");
    }

    [Fact]
    public async Task A_start_that_hangs_can_be_ended_by_a_kill_and_its_deadline()
    {
        await using var shim = new ShimPod("sleep", "1000");
        Hang(shim, shim.Id, "poststart");
        await shim.StartAsync();
        int pid = await shim.CreateAsync();
        using Socket socket = await ConnectAsync(shim);
        await socket.SendAsync(new TtrpcRequest("containerd.task.v3.Task", "Start", new ProcessRequest { Id = shim.Id }.ToByteArray(), TimeoutNanoseconds: 3_000_000_000).Frame(1));
        ShimPod.Until(() => File.Exists(shim[$"{shim.Id}-hangs"]), "the hook has not begun");

        await shim.CallAsync("Kill", new KillRequest { Id = shim.Id, Signal = 9 });
        ShimPod.Until(() => !HostProcesses.Lives(pid), "the container lives");
        Assert.Equal(TtrpcStatus.DeadlineExceeded, await AnswerAsync(socket));

        Assert.Equal(137, await shim.WaitAsync());
        await shim.CallAsync("Delete");
        ShimPod.Until(() => shim.Sink.Topics.Contains("delete"), "no delete");
        Assert.Equal(["create", "exit", "delete"], shim.Sink.Topics);
    }

    [Fact]
    public async Task A_logger_that_is_not_ready_holds_up_nobody()
    {
        await using var shim = new ShimPod("sleep", "1000");
        string second = shim.AddBundle("true");
        string logger = shim["logger"], ready = shim["ready"];
        Command.Run("mkfifo", ready).Succeeds();
        File.WriteAllText(logger, $"#!/bin/sh\n: >{shim["began"]}\nread line <{ready}\nexec 5>&-\ncat <&3 >/dev/null\n");
        Command.Run("chmod", "755", logger).Succeeds();
        await shim.StartAsync();
        await shim.CreateAsync();

        Task<int> creating = shim.CreateAsync(second, request => request.Stdout = "binary://" + logger);
        ShimPod.Until(() => File.Exists(shim["began"]), "the logger has not begun");
        await shim.CallAsync("Start");
        Assert.Equal(Status.Running, (await shim.StateAsync()).Status);
        Assert.False(creating.IsCompleted);
        Command.Run("/bin/sh", "-c", $"echo go >{ready}").Succeeds();

        await creating;
        await shim.CallAsync("Start", new ProcessRequest { Id = second });
        Assert.Equal(0, await shim.WaitAsync(id: second));
    }

    /// <summary>A hook that tells that it has begun, and then waits for nothing.</summary>
    private static void Hang(ShimPod shim, string id, string hook) => shim.Change(id, spec => spec["hooks"] = new JsonObject
    {
        [hook] = new JsonArray(new JsonObject
        {
            ["path"] = "/bin/sh",
            ["args"] = new JsonArray("sh", "-c", $": >{shim[$"{id}-hangs"]}; sleep 1000; : {shim[$"{id}-hangs"]}"),
        }),
    });

    private static byte[] Create(ShimPod shim, string id) => new CreateTaskRequest
    {
        Id = id,
        Bundle = shim.Bundle(id),
        Options = new Any { TypeUrl = "containerd.runc.v1.Options", Value = new Options { BinaryName = Programs.Runc, Root = shim.StateRoot }.ToByteString() },
    }.ToByteArray();

    private static async Task<Socket> ConnectAsync(ShimPod shim)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(shim.Socket));
        return socket;
    }

    private static async Task<TtrpcStatus> AnswerAsync(Socket socket)
    {
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        byte[] message;
        while (!frames.TryTake(out _, out message))
        {
            int count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.NotEqual(0, count);
            frames.Append(buffer.AsSpan(0, count));
        }

        return TtrpcResponse.Decode(message).Status;
    }
}
