using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>SIGCHLD: every child that has ended is reaped, orphans of the container too, and the task is told.</summary>
internal sealed class ChildReaper : IDisposable
{
    internal const int ChildSignal = 17;
    private readonly ContainerTask task;
    private readonly FileDescriptor signals = SignalDescriptor.Open(ChildSignal);

    internal ChildReaper(EventLoop loop, ContainerTask task)
    {
        this.task = task;
        loop.Add(signals, Readiness.Input, _ => Reap());
    }

    private void Reap()
    {
        while (SignalDescriptor.Read(signals) != 0)
        {
        }

        // One signal may stand for many children.
        while (Processes.Reap() is { } ended)
        {
            task.Exited(ended.Id, ended.Status);
        }
    }

    public void Dispose() => signals.Dispose();
}
