using System.Runtime.InteropServices;
using Wharf.Linux;
using Wharf.Shim.Cgroups;
using Wharf.Shim.Rpc;
using Wharf.Shim.Tasks;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Sandboxes;

/// <summary>containerd.runtime.sandbox.v1.Sandbox: 9 calls. A shim has one sandbox, whose containers are tasks of the same shim.</summary>
internal sealed class SandboxService(TaskTable tasks, Action<PendingCall> shutdown)
{
    private const uint Kill = 9;
    private Sandbox? sandbox;

    /// <summary>The shim ends with its sandbox, not with a container of it.</summary>
    internal bool Active => sandbox is not null;

    internal bool Exited(int pid, ExitStatus status) => sandbox?.Exited(pid, status) == true;

    internal async LoopTask CallAsync(PendingCall call)
    {
        switch (call.Request.Method)
        {
            case "WaitSandbox":
                Find(call.Request.Payload).AnswerAtExit(call);
                break;
            case "ShutdownSandbox":
                await StopAsync(Find(call.Request.Payload), call);
                shutdown(call);
                break;
            default:
                call.Answer(await AnswerAsync(call));
                break;
        }
    }

    private async LoopTask<ProtoWriter> AnswerAsync(PendingCall call)
    {
        TtrpcRequest request = call.Request;
        switch (request.Method)
        {
            case "CreateSandbox":
                Create(request.Payload);
                return new ProtoWriter();
            case "StartSandbox":
                Sandbox started = Find(request.Payload);
                started.Start();
                return new ProtoWriter().Number(1, (ulong)started.Pid).Time(2, started.CreatedAt);
            case "Platform":
                Find(request.Payload);
                return new ProtoWriter().Message(1, new ProtoWriter().Text(1, "linux").Text(2, Architecture()));
            case "StopSandbox":
                await StopAsync(Find(request.Payload), call);
                return new ProtoWriter();
            case "SandboxStatus":
                return Status(Find(request.Payload));
            case "PingSandbox":
                Find(request.Payload);
                return new ProtoWriter();
            case "SandboxMetrics":
                return Metrics(Find(request.Payload));
            default:
                throw new ShimException($"method {request.Method}", TtrpcStatus.Unimplemented);
        }
    }

    private void Create(byte[] payload)
    {
        string id = "", network = "";
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 5: network = reader.Text; break;
            }
        }

        if (sandbox is not null)
        {
            throw new ShimException($"sandbox \"{sandbox.Id}\" already exists", TtrpcStatus.AlreadyExists);
        }

        sandbox = new Sandbox(id, network);
    }

    /// <summary>Each request begins with the sandbox's id.</summary>
    private Sandbox Find(byte[] payload)
    {
        string id = TaskRequest.Decode(payload).Id;
        return sandbox is not null && sandbox.Id == id ? sandbox : throw ShimException.NotFound($"sandbox \"{id}\": not found");
    }

    /// <summary>What still runs in it ends with it.</summary>
    private async LoopTask StopAsync(Sandbox stopped, PendingCall call)
    {
        foreach (ContainerTask task in tasks.All.Where(task => task.Init.Runs).ToList())
        {
            await task.KillAsync(string.Empty, Kill, all: true, call);
        }

        stopped.Stop();
    }

    private static ProtoWriter Status(Sandbox asked) => new ProtoWriter()
        .Text(1, asked.Id)
        .Number(2, (ulong)asked.Pid)
        .Text(3, asked.Ready ? "SANDBOX_READY" : "SANDBOX_NOTREADY")
        .Time(5, asked.CreatedAt)
        .Time(6, asked.ExitedAt);

    private static ProtoWriter Metrics(Sandbox asked)
    {
        ProtoWriter metric = new ProtoWriter().Time(1, DateTimeOffset.UtcNow).Text(2, asked.Id);
        if (asked.Ready && ContainerCgroup.Of(asked.Pid) is { } cgroup)
        {
            metric.Any(3, cgroup.IsUnified ? MetricsV2.Type : MetricsV1.Type, cgroup.IsUnified ? MetricsV2.Read(cgroup) : MetricsV1.Read(cgroup));
        }

        return new ProtoWriter().Message(1, metric);
    }

    /// <summary>As Go names it.</summary>
    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
    };
}
