using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>
/// The one thread: descriptors that become ready, and actions that are due later. An action that fails is told of and the loop
/// goes on: containers live longer than one mistake.
/// </summary>
internal sealed class EventLoop(Action<Exception> failed) : IDisposable
{
    private const int IdleMilliseconds = 2000;
    private const long Burst = 512 << 10;
    private readonly Epoll epoll = new();
    private readonly PriorityQueue<Action, long> timers = new();
    private long collected;
    private bool ended;

    internal void Add(FileDescriptor descriptor, Readiness interest, Action<Readiness> action) => epoll.Add(descriptor, interest, action);

    internal void Change(FileDescriptor descriptor, Readiness interest) => epoll.Change(descriptor, interest);

    internal void Remove(FileDescriptor descriptor) => epoll.Remove(descriptor);

    internal void After(int milliseconds, Action action) => timers.Enqueue(action, Environment.TickCount64 + milliseconds);

    internal void End() => ended = true;

    internal void Run()
    {
        while (!ended)
        {
            try
            {
                Turn(RunTimers());
            }
            catch (Exception error) when (error is SyscallException or IOException or UnauthorizedAccessException or ShimException or InvalidOperationException)
            {
                failed(error);
            }
        }
    }

    public void Dispose() => epoll.Dispose();

    /// <summary>A shim waits for most of its life: what its last work took it gives back once nothing has happened for a while.</summary>
    private void Turn(int timeout)
    {
        bool grown = GC.GetTotalAllocatedBytes() - collected > Burst;
        if (epoll.Turn(grown && (timeout < 0 || timeout > IdleMilliseconds) ? IdleMilliseconds : timeout) || !grown || (timeout >= 0 && timeout <= IdleMilliseconds))
        {
            return;
        }

        IdleMemory.GiveBack();
        collected = GC.GetTotalAllocatedBytes();
    }

    /// <summary>Runs what is due; the milliseconds until the next, −1 when nothing waits.</summary>
    private int RunTimers()
    {
        while (!ended && timers.TryPeek(out Action? action, out long due))
        {
            long wait = due - Environment.TickCount64;
            if (wait > 0)
            {
                return (int)Math.Min(wait, int.MaxValue);
            }

            timers.Dequeue();
            action();
        }

        return ended ? 0 : -1;
    }
}
