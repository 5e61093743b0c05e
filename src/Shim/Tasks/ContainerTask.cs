using Wharf.Linux;
using Wharf.Shim.Cgroups;
using Wharf.Shim.Io;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>One container of this shim: its processes, and their events in containerd's order.</summary>
internal sealed partial class ContainerTask
{
    private readonly ShimContext context;
    private readonly CreateRequest request;
    private readonly BundleDocument document;
    private readonly RuntimeCommands runtime;
    private readonly Dictionary<string, ContainerProcess> execs = [];
    private readonly ContainerProcess init;
    private OomWatch? oom;
    private bool mounted;
    private bool deleted;

    internal ContainerTask(ShimContext context, CreateRequest request)
    {
        this.context = context;
        this.request = request;
        document = BundleDocument.Read(request.Bundle);
        runtime = new RuntimeCommands(context, request.Settings, request.Id, request.Bundle, document.SharesMounts);
        init = new ContainerProcess(string.Empty, request.Paths);
    }

    internal string Id => request.Id;

    internal string Bundle => request.Bundle;

    internal ContainerProcess Init => init;

    internal ContainerCgroup? Cgroup { get; private set; }

    private string Rootfs => Path.Combine(Bundle, "rootfs");

    internal async LoopTask<int> CreateAsync(PendingCall call)
    {
        request.Settings.Record(Bundle);
        try
        {
            Mount();
            init.Io = await ProcessIo.OpenAsync(context, Id, request.Paths, request.Settings);
            if (request.Checkpoint.Length == 0)
            {
                init.Pid = await runtime.CreateAsync(init.Io.Streams, init.Io.ConsoleSocket, call);
                init.Io.Started();
                Watch();
            }
        }
        catch
        {
            init.Io?.Dispose();
            Unmount();
            throw;
        }

        var message = new ProtoWriter().Text(1, Id).Text(2, Bundle);
        foreach (byte[] mount in request.MountMessages)
        {
            message.Message(3, mount);
        }

        request.MountMessages.Clear();
        Publish("create", "TaskCreate", message
            .Message(4, new ProtoWriter().Text(1, init.Paths.Input).Text(2, init.Paths.Output).Text(3, init.Paths.Error).Flag(4, init.Paths.Terminal))
            .Text(5, request.Checkpoint)
            .Number(6, (ulong)init.Pid));
        return init.Pid;
    }

    internal async LoopTask<int> StartAsync(string execId, PendingCall call)
    {
        ContainerProcess process = Find(execId);
        using Turns.Turn turn = await process.Turns.TakeAsync();
        call.ThrowIfDone();
        context.Children.BeginStart();
        process.Starting = true;
        try
        {
            await (process == init ? StartInitAsync(call) : StartExecAsync(process, call));
        }
        finally
        {
            process.Starting = false;
            ExitedEarly(execId);
            context.Children.EndStart();

            // It may have waited for this exec.
            FinishInit();
        }

        return process.Pid;
    }

    /// <summary>A process may have ended before its runtime told which it is.</summary>
    internal void ExitedEarly(string execId)
    {
        ContainerProcess process = Find(execId);
        if (process.Runs && context.Children.TakeEarly(process.Pid) is { } status)
        {
            Exited(process.Pid, status);
        }
    }

    internal void AddExec(string execId, IoPaths paths, byte[] process)
    {
        if (execs.ContainsKey(execId))
        {
            throw new ShimException($"id {execId}: already exists", TtrpcStatus.AlreadyExists);
        }

        TaskRules.CheckExec(init);
        execs.Add(execId, new ContainerProcess(execId, paths) { Document = process });

        Publish("exec-added", "TaskExecAdded", new ProtoWriter().Text(1, Id).Text(2, execId));
    }

    internal async LoopTask<ContainerProcess> DeleteAsync(string execId, PendingCall call)
    {
        ContainerProcess process = Find(execId);
        using Turns.Turn turn = await process.Turns.TakeAsync();
        call.ThrowIfDone();
        TaskRules.CheckDelete(process);
        if (execId.Length > 0)
        {
            Close(process);
            execs.Remove(execId);
            return process;
        }

        if (deleted)
        {
            throw ShimException.NotFound("container not created: not found");
        }

        if (process.ExitCode is null && process.Pid != 0)
        {
            // Created, or at its end: that is told before the deletion.
            await EndAsync(process, call);
        }

        oom?.Dispose();
        oom = null;
        await runtime.DeleteForcedAsync(call);
        deleted = true;
        Close(init);
        foreach (ContainerProcess exec in execs.Values)
        {
            Close(exec);
        }

        Unmount();
        Publish("delete", "TaskDelete", new ProtoWriter()
            .Text(1, Id)
            .Number(2, (ulong)process.Pid)
            .Number(3, (ulong)(process.ExitCode ?? 0))
            .Time(4, process.ExitedAt));
        return process;
    }

    /// <summary>A container is paused with all that is in it.</summary>
    internal uint StatusOf(ContainerProcess process) => init.Status is 4 or 5 ? init.Status : process.Status;

    internal ContainerProcess Find(string execId) =>
        execId.Length == 0 ? init
            : execs.TryGetValue(execId, out ContainerProcess? process) ? process
            : throw ShimException.NotFound($"process does not exist {execId}: not found");

    /// <summary>Out of turn: a start that hangs is ended by it too.</summary>
    internal async LoopTask KillAsync(string execId, uint signal, bool all, PendingCall? call)
    {
        ContainerProcess process = Find(execId);
        if (process.Ended)
        {
            throw ShimException.NotFound("process already finished: not found");
        }

        if (execId.Length == 0)
        {
            await runtime.KillAsync(signal, all, call);
        }
        else if (process.Pid == 0)
        {
            throw ShimException.Precondition("process not created: failed precondition");
        }
        else
        {
            Processes.Signal(process.Pid, (int)signal);
        }
    }

    internal async LoopTask PauseAsync(PendingCall call)
    {
        using Turns.Turn turn = await init.Turns.TakeAsync();
        call.ThrowIfDone();
        TaskRules.CheckPause(init);
        init.Pausing = true;
        try
        {
            await runtime.PauseAsync(call);
            init.Paused = true;
        }
        finally
        {
            init.Pausing = false;
        }

        Publish("paused", "TaskPaused", new ProtoWriter().Text(1, Id));
    }

    internal async LoopTask ResumeAsync(PendingCall call)
    {
        using Turns.Turn turn = await init.Turns.TakeAsync();
        call.ThrowIfDone();
        TaskRules.CheckResume(init);
        await runtime.ResumeAsync(call);
        init.Paused = false;
        Publish("resumed", "TaskResumed", new ProtoWriter().Text(1, Id));
    }

    internal async LoopTask CheckpointAsync(CheckpointRequest checkpoint, PendingCall call)
    {
        using Turns.Turn turn = await init.Turns.TakeAsync();
        call.ThrowIfDone();
        TaskRules.CheckCheckpoint(init);
        await runtime.CheckpointAsync(checkpoint, call);
        Publish("checkpointed", "TaskCheckpointed", new ProtoWriter().Text(1, Id).Text(2, checkpoint.Path));
    }

    internal async LoopTask UpdateAsync(byte[] resources, PendingCall call)
    {
        using Turns.Turn turn = await init.Turns.TakeAsync();
        call.ThrowIfDone();
        TaskRules.CheckUpdate(init);
        await runtime.UpdateAsync(resources, call);
    }

    internal async LoopTask<IReadOnlyList<(int Pid, string? ExecId)>> PidsAsync(PendingCall call) =>
        [.. (await runtime.ProcessesAsync(call)).Select(pid => (pid, execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.Runs)?.ExecId))];

    private static void Close(ContainerProcess process)
    {
        process.Io?.Dispose();
        process.Io = null;
    }

    private async LoopTask StartInitAsync(PendingCall call)
    {
        TaskRules.CheckStart(init);
        init.Io?.BeforeStart();
        if (request.Checkpoint.Length > 0)
        {
            init.Pid = await runtime.RestoreAsync(request.Checkpoint, init.Io!.Streams, init.Io.ConsoleSocket, call);
            init.Io.Started();
            Watch();
        }
        else
        {
            await runtime.StartAsync(call);
        }

        init.Started = true;
        Publish("start", "TaskStart", new ProtoWriter().Text(1, Id).Number(2, (ulong)init.Pid));
    }

    private async LoopTask StartExecAsync(ContainerProcess process, PendingCall call)
    {
        if (init.Ended)
        {
            throw ShimException.Precondition($"container {Id} init process is not running: failed precondition");
        }

        TaskRules.CheckStart(process);
        string file = Path.Combine(Bundle, process.ExecId + "-process.json");
        File.WriteAllBytes(file, process.Document);
        try
        {
            process.Io = await ProcessIo.OpenAsync(context, Id, process.Paths, request.Settings);
            process.Io.BeforeStart();
            process.Pid = await runtime.ExecAsync(process.ExecId, file, process.Io.Streams, process.Io.ConsoleSocket, call);
            process.Io.Started();
        }
        catch
        {
            Close(process);
            throw;
        }
        finally
        {
            File.Delete(file);
        }

        process.Started = true;
        process.Document = [];
        Publish("exec-started", "TaskExecStarted", new ProtoWriter().Text(1, Id).Text(2, process.ExecId).Number(3, (ulong)process.Pid));
    }

    private void Publish(string topic, string type, ProtoWriter message) => context.Publisher.Publish("/tasks/" + topic, "containerd.events." + type, message);

    /// <summary>The cgroup is there, and its process has not begun: no kill is missed.</summary>
    private void Watch()
    {
        Cgroup = ContainerCgroup.Of(init.Pid);
        oom = Cgroup is null ? null : OomWatch.Open(context.Loop, Cgroup, () => Publish("oom", "TaskOOM", new ProtoWriter().Text(1, Id)), context.Log);
    }

    private void Mount()
    {
        if (request.Mounts.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(Rootfs);
        mounted = true;
        context.Mounts.In(document.SharesMounts, () =>
        {
            RootMounts.Mount(request.Mounts, Rootfs);
            return true;
        });
    }

    private void Unmount()
    {
        if (!mounted)
        {
            return;
        }

        mounted = false;
        context.Mounts.In(document.SharesMounts, () =>
        {
            RootMounts.UnmountQuietly(Rootfs);
            return true;
        });
    }
}
