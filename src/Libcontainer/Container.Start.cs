using Wharf.Libcontainer.Hooks;
using Wharf.Linux;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>
    /// Before its start: what the program tells of its readiness. Null for no service manager's address, and for a container that was
    /// created without one. The caller disposes it.
    /// </summary>
    public NotifySocket? Listen(string? manager, Action<string> warn) =>
        manager is not null && Status() == ContainerStatus.Created && Directory.Exists(directory.Notify) ? NotifySocket.Listen(directory.Notify, manager, warn) : null;

    /// <summary>Lets the created process execute its program, then runs the poststart hooks.</summary>
    public void Start()
    {
        ContainerStatus status = Status();
        if (status != ContainerStatus.Created)
        {
            throw new ContainerException(status == ContainerStatus.Stopped
                ? "cannot start a container that has stopped"
                : status == ContainerStatus.Creating ? "cannot start a container that is being created"
                : "cannot start an already running container");
        }

        using FileDescriptor? process = Linux.Processes.Open(record.InitPid);
        using (FileDescriptor fifo = Files.Open(directory.Fifo, OpenFlags.ReadOnly | OpenFlags.NonBlocking))
        {
            Span<byte> one = stackalloc byte[1];
            bool[] ready = Poll.Readable(-1, fifo, process);
            if (!ready[0] || Files.TryRead(fifo, one, directory.Fifo) is not 1)
            {
                throw new ContainerException("container init ended before it was started");
            }
        }

        directory.RemoveFifo();
        Timeline.Mark("started");
        try
        {
            new HookRunner("poststart").Run(record.Spec.Hooks?.Poststart, StateOf("running", record.InitPid));
        }
        catch (ContainerException)
        {
            // runtime.md, "Lifecycle": the container is stopped.
            KillAndAwait();
            throw;
        }
    }
}
