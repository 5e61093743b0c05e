using System.Collections.Concurrent;
using Wharf.Linux;

namespace Wharf.Containerd.Tasks;

/// <summary>Copies what shims write to the fifos in their bundles to this daemon's stderr: one thread for all of them.</summary>
internal sealed class ShimLogs : IDisposable
{
    private readonly ConcurrentQueue<Action> changes = [];
    private readonly FileDescriptor wake = EventDescriptor.Open();
    private readonly FileDescriptor output = new(2, ownsHandle: false);
    private readonly Epoll epoll = new();
    private readonly Dictionary<string, FileDescriptor> fifos = [];
    private readonly byte[] buffer = new byte[4096];
    private readonly Thread thread;
    private volatile bool stopping;

    public ShimLogs()
    {
        epoll.Add(wake, Readiness.Input, _ => EventDescriptor.Take(wake));
        thread = new Thread(Run) { IsBackground = true, Name = "shim logs" };
        thread.Start();
    }

    /// <summary>Open when this returns, for both directions, so that no shim ever writes to a fifo without a reader.</summary>
    public void Add(Bundle bundle)
    {
        FileDescriptor fifo = Files.Open(bundle.LogPath, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        Change(() =>
        {
            fifos[bundle.Path] = fifo;
            epoll.Add(fifo, Readiness.Input, _ => Copy(fifo));
        });
    }

    public void Remove(Bundle bundle) => Change(() =>
    {
        if (fifos.Remove(bundle.Path, out FileDescriptor? fifo))
        {
            epoll.Remove(fifo);
            fifo.Dispose();
        }
    });

    public void Dispose()
    {
        stopping = true;
        EventDescriptor.Signal(wake);
        thread.Join();
        foreach (FileDescriptor fifo in fifos.Values)
        {
            fifo.Dispose();
        }

        epoll.Dispose();
        wake.Dispose();
    }

    private void Change(Action change)
    {
        changes.Enqueue(change);
        EventDescriptor.Signal(wake);
    }

    private void Run()
    {
        while (!stopping)
        {
            while (changes.TryDequeue(out Action? change))
            {
                change();
            }

            epoll.Turn(-1);
        }
    }

    private void Copy(FileDescriptor fifo)
    {
        int count = Files.TryRead(fifo, buffer, "log") ?? 0;
        try
        {
            Files.Write(output, buffer.AsSpan(0, count), "stderr");
        }
        catch (SyscallException)
        {
            // Nobody reads this daemon's log.
        }
    }
}
