using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>SIGCHLD: every child that has ended is reaped, orphans of the container too, and whom it concerns is told.</summary>
internal sealed class ChildReaper : IDisposable
{
    internal const int ChildSignal = 17;
    private readonly Action<int, ExitStatus> ended;
    private readonly FileDescriptor signals = SignalDescriptor.Open(ChildSignal);

    internal ChildReaper(EventLoop loop, Action<int, ExitStatus> ended)
    {
        this.ended = ended;
        loop.Add(signals, Readiness.Input, _ => Reap());
    }

    private void Reap()
    {
        while (SignalDescriptor.Read(signals) != 0)
        {
        }

        // One signal may stand for many children.
        while (Processes.Reap() is { } child)
        {
            ended(child.Id, child.Status);
        }
    }

    public void Dispose() => signals.Dispose();
}
