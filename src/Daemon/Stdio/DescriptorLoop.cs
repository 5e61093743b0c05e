using System.Collections.Concurrent;
using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>One thread with one epoll for the streams of all containers, so that no thread of the pool waits in a read.</summary>
internal sealed class DescriptorLoop : IDisposable
{
    private readonly Epoll epoll = new();
    private readonly FileDescriptor wake = EventDescriptor.Open();
    private readonly ConcurrentQueue<Action> work = new();
    private readonly Thread thread;
    private volatile bool ended;

    internal DescriptorLoop()
    {
        epoll.Add(wake, Readiness.Input, _ => EventDescriptor.Take(wake));
        thread = new Thread(Run) { IsBackground = true, Name = "stdio" };
        thread.Start();
    }

    /// <summary>Runs an action on the loop's thread, where descriptors may be added and removed.</summary>
    internal void Post(Action<Epoll> action)
    {
        work.Enqueue(() => action(epoll));
        EventDescriptor.Signal(wake);
    }

    public void Dispose()
    {
        ended = true;
        EventDescriptor.Signal(wake);
        thread.Join();
        epoll.Dispose();
        wake.Dispose();
    }

    private void Run()
    {
        while (!ended)
        {
            epoll.Turn(-1);
            while (work.TryDequeue(out Action? action))
            {
                action();
            }
        }
    }
}
