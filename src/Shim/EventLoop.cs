using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>The one thread: descriptors that become ready, and actions that are due later.</summary>
internal sealed class EventLoop : IDisposable
{
    private readonly Epoll epoll = new();
    private readonly PriorityQueue<Action, long> timers = new();
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
            int timeout = -1;
            while (timers.TryPeek(out Action? action, out long due))
            {
                long wait = due - Environment.TickCount64;
                if (wait > 0)
                {
                    timeout = (int)wait;
                    break;
                }

                timers.Dequeue();
                action();
            }

            epoll.Turn(timeout);
        }
    }

    public void Dispose() => epoll.Dispose();
}
