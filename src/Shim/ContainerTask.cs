using Wharf.Linux;
using Wharf.Shim.Io;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>The container of this shim: its processes, and their events in containerd's order.</summary>
internal sealed class ContainerTask(EventLoop loop, EventPublisher publisher, ShimLog log, ShimOptions options, string bundle, bool ownMounts)
{
    private const int ReaderMilliseconds = 50;
    private const int CloseMilliseconds = 20;
    private readonly Dictionary<string, ContainerProcess> execs = [];

    // A process may end before its id is known here.
    private readonly Dictionary<int, ExitStatus> unclaimed = [];
    private ContainerProcess? init;
    private RuntimeCommands? runtime;
    private OomWatch? oom;
    private bool mounted;

    internal string Id => options.Id;

    internal string Bundle => bundle;

    internal bool Empty => init is null;

    private string Rootfs => Path.Combine(bundle, "rootfs");

    /// <summary>Makes the container; one from a checkpoint has no process before it is started.</summary>
    internal int Create(IReadOnlyList<RootMounts.One> mounts, IoPaths paths, RuntimeSettings settings, string checkpoint)
    {
        if (init is not null)
        {
            throw new ShimException($"container \"{Id}\" already exists", TtrpcStatus.AlreadyExists);
        }

        settings.Record(bundle);
        runtime = new RuntimeCommands(settings, options.Namespace, Id, bundle);
        var process = new ContainerProcess(string.Empty, paths) { Checkpoint = checkpoint };
        try
        {
            if (mounts.Count > 0)
            {
                Directory.CreateDirectory(Rootfs);
                mounted = true;
                RootMounts.Mount(mounts, Rootfs);
            }

            process.Io = ProcessIo.Open(loop, paths, bundle);
            if (checkpoint.Length == 0)
            {
                process.Pid = runtime.Create(process.Io.Streams, process.Io.ConsoleSocket);
                process.Io.Started();
            }
        }
        catch
        {
            process.Io?.Dispose();
            Unmount();
            throw;
        }

        init = process;
        if (process.Pid != 0)
        {
            WatchMemory(process.Pid);
        }

        publisher.Publish("/tasks/create", "containerd.events.TaskCreate", new ProtoWriter()
            .Text(1, Id)
            .Text(2, bundle)
            .Message(4, new ProtoWriter().Text(1, paths.Input).Text(2, paths.Output).Text(3, paths.Error).Flag(4, paths.Terminal))
            .Text(5, checkpoint)
            .Number(6, (ulong)process.Pid));
        Claim(process);
        return process.Pid;
    }

    internal int Start(string execId)
    {
        ContainerProcess process = Find(execId);
        if (execId.Length == 0)
        {
            if (process.ExitCode is not null)
            {
                throw ShimException.Precondition("cannot start a stopped process");
            }

            process.Io?.BeforeStart();
            if (process.Checkpoint.Length > 0)
            {
                Restore(process);
            }
            else
            {
                Runtime.Start();
            }

            process.Started = true;
            publisher.Publish("/tasks/start", "containerd.events.TaskStart", new ProtoWriter().Text(1, Id).Number(2, (ulong)process.Pid));
        }
        else
        {
            StartExec(process);
        }

        Claim(process);
        return process.Pid;
    }

    internal void AddExec(string execId, IoPaths paths, byte[] document)
    {
        _ = Init;
        if (!execs.TryAdd(execId, new ContainerProcess(execId, paths) { Document = document }))
        {
            throw new ShimException($"id {execId}: already exists", TtrpcStatus.AlreadyExists);
        }

        publisher.Publish("/tasks/exec-added", "containerd.events.TaskExecAdded", new ProtoWriter().Text(1, Id).Text(2, execId));
    }

    internal ContainerProcess Delete(string execId)
    {
        ContainerProcess process = Find(execId);
        if (process.ExitCode is null && process.Pid != 0)
        {
            throw ShimException.Precondition(process.Started ? "cannot delete a running process" : "cannot delete a created process");
        }

        process.Io?.Dispose();
        process.Io = null;
        if (execId.Length > 0)
        {
            execs.Remove(execId);
            return process;
        }

        oom?.Dispose();
        oom = null;
        Runtime.DeleteForced();
        Unmount();
        init = null;
        publisher.Publish("/tasks/delete", "containerd.events.TaskDelete", new ProtoWriter()
            .Text(1, Id)
            .Number(2, (ulong)process.Pid)
            .Number(3, (ulong)(process.ExitCode ?? 0))
            .Time(4, process.ExitedAt));
        return process;
    }

    internal ContainerProcess Find(string execId) =>
        execId.Length == 0 ? Init
            : execs.TryGetValue(execId, out ContainerProcess? process) ? process
            : throw ShimException.NotFound($"process does not exist {execId}: not found");

    internal void Kill(string execId, uint signal, bool all)
    {
        ContainerProcess process = Find(execId);
        if (process.ExitCode is not null)
        {
            throw ShimException.NotFound("process already finished: not found");
        }

        if (execId.Length == 0)
        {
            Runtime.Kill(signal, all);
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
        Runtime.Pause();
        Init.Paused = true;
        publisher.Publish("/tasks/paused", "containerd.events.TaskPaused", new ProtoWriter().Text(1, Id));
    }

    internal void Resume()
    {
        Runtime.Resume();
        Init.Paused = false;
        publisher.Publish("/tasks/resumed", "containerd.events.TaskResumed", new ProtoWriter().Text(1, Id));
    }

    /// <summary>Writes the container into an image; it goes on, or ends as any task does, by its exit.</summary>
    internal void Checkpoint(CheckpointRequest request)
    {
        if (Init.ExitCode is not null)
        {
            throw ShimException.Precondition("cannot checkpoint a stopped process");
        }

        if (!Init.Started)
        {
            throw ShimException.Precondition("cannot checkpoint a task in created state");
        }

        Runtime.Checkpoint(request);
        publisher.Publish("/tasks/checkpointed", "containerd.events.TaskCheckpointed", new ProtoWriter().Text(1, Id).Text(2, request.Path));
    }

    internal void Update(ReadOnlySpan<byte> resources) => Runtime.Update(resources);

    internal IReadOnlyList<(int Pid, string? ExecId)> Pids()
    {
        _ = Init;
        return [.. Runtime.Processes().Select(pid => (pid, execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.ExitCode is null)?.ExecId))];
    }

    /// <summary>A child has been reaped: maybe one of this task's, maybe an orphan of it.</summary>
    internal void Exited(int pid, ExitStatus status)
    {
        ContainerProcess? process = init?.Pid == pid && init.ExitCode is null ? init : execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.ExitCode is null);
        if (process is null)
        {
            unclaimed[pid] = status;
            return;
        }

        Finish(process, status);
    }

    private ContainerProcess Init => init ?? throw ShimException.NotFound("container not created: not found");

    private RuntimeCommands Runtime => runtime ?? throw ShimException.NotFound("container not created: not found");

    private void Restore(ContainerProcess process)
    {
        if (process.Pid != 0)
        {
            throw ShimException.Precondition("cannot start a process that was started");
        }

        ProcessIo io = process.Io ?? throw ShimException.Precondition("cannot start a process without streams");
        process.Pid = Runtime.Restore(process.Checkpoint, io.Streams, io.ConsoleSocket);
        io.Started();
        WatchMemory(process.Pid);
    }

    private void WatchMemory(int pid) =>
        oom = OomWatch.Open(loop, pid, () => publisher.Publish("/tasks/oom", "containerd.events.TaskOOM", new ProtoWriter().Text(1, Id)), log);

    private void StartExec(ContainerProcess process)
    {
        if (process.Pid != 0)
        {
            throw ShimException.Precondition("cannot start a process that was started");
        }

        string file = Path.Combine(bundle, process.ExecId + "-process.json");
        File.WriteAllBytes(file, process.Document);
        try
        {
            process.Io = ProcessIo.Open(loop, process.Paths, bundle);
            process.Io.BeforeStart();
            process.Pid = Runtime.Exec(process.ExecId, file, process.Io.Streams, process.Io.ConsoleSocket);
            process.Io.Started();
        }
        catch
        {
            process.Io?.Dispose();
            process.Io = null;
            throw;
        }
        finally
        {
            File.Delete(file);
        }

        process.Started = true;
        publisher.Publish("/tasks/exec-started", "containerd.events.TaskExecStarted", new ProtoWriter().Text(1, Id).Text(2, process.ExecId).Number(3, (ulong)process.Pid));
    }

    private void Claim(ContainerProcess process)
    {
        if (process.ExitCode is null && unclaimed.Remove(process.Pid, out ExitStatus status))
        {
            Finish(process, status);
        }

        unclaimed.Clear();
    }

    /// <summary>
    /// Clients close their streams when they hear of the exit: they hear of it when they have taken everything, or when they
    /// take nothing any more.
    /// </summary>
    private void Finish(ContainerProcess process, ExitStatus status)
    {
        if (process == init)
        {
            // The kernel counts the kill before it delivers it: the event goes out before the exit's.
            oom?.Check();
        }

        AwaitReaders(process, status, process.Io?.Unread() ?? 0, Environment.TickCount64 + ReaderMilliseconds);
    }

    private void AwaitReaders(ContainerProcess process, ExitStatus status, int unread, long until)
    {
        if (unread == 0 || Environment.TickCount64 > until)
        {
            Report(process, status);
            CloseWhenTaken(process);
            return;
        }

        loop.After(1, () =>
        {
            int now = process.Io?.Unread() ?? 0;
            AwaitReaders(process, status, now, now == unread ? until : Environment.TickCount64 + ReaderMilliseconds);
        });
    }

    /// <summary>Output that nobody has read yet waits for whoever comes, until the task is deleted.</summary>
    private void CloseWhenTaken(ContainerProcess process)
    {
        if (process.Io is not { } io)
        {
            return;
        }

        if (io.Unread() == 0)
        {
            io.CloseOutput();
            process.Io = null;
            return;
        }

        loop.After(CloseMilliseconds, () => CloseWhenTaken(process));
    }

    private void Report(ContainerProcess process, ExitStatus status)
    {
        process.Exit(status);
        publisher.Publish("/tasks/exit", "containerd.events.TaskExit", new ProtoWriter()
            .Text(1, Id)
            .Text(2, process.ExecId.Length == 0 ? Id : process.ExecId)
            .Number(3, (ulong)process.Pid)
            .Number(4, (ulong)process.ExitCode!.Value)
            .Time(5, process.ExitedAt));
    }

    private void Unmount()
    {
        if (!mounted)
        {
            return;
        }

        mounted = false;
        RootMounts.UnmountQuietly(Rootfs);
        if (!ownMounts)
        {
            log.Warning($"rootfs of \"{Id}\" was mounted for the whole host");
        }
    }
}
