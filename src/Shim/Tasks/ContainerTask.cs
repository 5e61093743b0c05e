using Wharf.Linux;
using Wharf.Shim.Cgroups;
using Wharf.Shim.Io;
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

    internal int Create()
    {
        request.Settings.Record(Bundle);
        try
        {
            Mount();
            init.Io = ProcessIo.Open(context, Id, request.Paths, request.Settings);
            if (request.Checkpoint.Length == 0)
            {
                init.Pid = runtime.Create(init.Io.Streams, init.Io.ConsoleSocket);
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

    internal int Start(string execId)
    {
        ContainerProcess process = Find(execId);
        if (execId.Length > 0)
        {
            StartExec(process);
            return process.Pid;
        }

        if (init.Started || init.Ended)
        {
            throw ShimException.Precondition(init.Ended ? "cannot start a stopped process" : "cannot start a running process");
        }

        init.Io?.BeforeStart();
        if (request.Checkpoint.Length > 0)
        {
            init.Pid = runtime.Restore(request.Checkpoint, init.Io!.Streams, init.Io.ConsoleSocket);
            init.Io.Started();
            Watch();
        }
        else
        {
            runtime.Start();
        }

        init.Started = true;
        Publish("start", "TaskStart", new ProtoWriter().Text(1, Id).Number(2, (ulong)init.Pid));
        return init.Pid;
    }

    internal void AddExec(string execId, IoPaths paths, byte[] process)
    {
        if (!execs.TryAdd(execId, new ContainerProcess(execId, paths) { Document = process }))
        {
            throw new ShimException($"id {execId}: already exists", TtrpcStatus.AlreadyExists);
        }

        Publish("exec-added", "TaskExecAdded", new ProtoWriter().Text(1, Id).Text(2, execId));
    }

    internal ContainerProcess Delete(string execId)
    {
        ContainerProcess process = Find(execId);
        if (process.ExitCode is null && process.Pid != 0)
        {
            throw ShimException.Precondition(process.Started ? "cannot delete a running process" : "cannot delete a created process");
        }

        if (execId.Length > 0)
        {
            Close(process);
            execs.Remove(execId);
            return process;
        }

        oom?.Dispose();
        oom = null;
        runtime.DeleteForced();
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

    internal ContainerProcess Find(string execId) =>
        execId.Length == 0 ? init
            : execs.TryGetValue(execId, out ContainerProcess? process) ? process
            : throw ShimException.NotFound($"process does not exist {execId}: not found");

    internal void Kill(string execId, uint signal, bool all)
    {
        ContainerProcess process = Find(execId);
        if (process.Ended)
        {
            throw ShimException.NotFound("process already finished: not found");
        }

        if (execId.Length == 0)
        {
            runtime.Kill(signal, all);
        }
        else if (process.Pid == 0)
        {
            throw ShimException.Precondition("process not created");
        }
        else
        {
            Processes.Signal(process.Pid, (int)signal);
        }
    }

    internal void Pause()
    {
        runtime.Pause();
        init.Paused = true;
        Publish("paused", "TaskPaused", new ProtoWriter().Text(1, Id));
    }

    internal void Resume()
    {
        runtime.Resume();
        init.Paused = false;
        Publish("resumed", "TaskResumed", new ProtoWriter().Text(1, Id));
    }

    internal void Checkpoint(CheckpointRequest checkpoint)
    {
        if (init.Ended)
        {
            throw ShimException.Precondition("cannot checkpoint a stopped process");
        }

        if (!init.Started)
        {
            throw ShimException.Precondition("cannot checkpoint a task in created state");
        }

        runtime.Checkpoint(checkpoint);
        Publish("checkpointed", "TaskCheckpointed", new ProtoWriter().Text(1, Id).Text(2, checkpoint.Path));
    }

    internal void Update(ReadOnlySpan<byte> resources) => runtime.Update(resources);

    internal IReadOnlyList<(int Pid, string? ExecId)> Pids() =>
        [.. runtime.Processes().Select(pid => (pid, execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.Runs)?.ExecId))];

    private static void Close(ContainerProcess process)
    {
        process.Io?.Dispose();
        process.Io = null;
    }

    private void StartExec(ContainerProcess process)
    {
        if (init.Ended)
        {
            throw ShimException.Precondition($"container {Id} init process is not running");
        }

        if (process.Pid != 0)
        {
            throw ShimException.Precondition("cannot start a process that was started");
        }

        string file = Path.Combine(Bundle, process.ExecId + "-process.json");
        File.WriteAllBytes(file, process.Document);
        try
        {
            process.Io = ProcessIo.Open(context, Id, process.Paths, request.Settings);
            process.Io.BeforeStart();
            process.Pid = runtime.Exec(process.ExecId, file, process.Io.Streams, process.Io.ConsoleSocket);
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
