using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>Reads a fifo as bytes come, on the loop's thread, until its last writer has gone.</summary>
internal sealed class FifoReader
{
    private readonly DescriptorLoop loop;
    private readonly FileDescriptor fifo;
    private readonly Func<ReadOnlyMemory<byte>, bool> receive;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly string path;
    private readonly StreamSpool? spool;
    private bool listening;
    private bool closed;

    /// <param name="receive">Takes bytes; false when it wants no more until <see cref="Resume"/>.</param>
    /// <param name="spool">Through which the bytes go, when none may be lost.</param>
    internal FifoReader(DescriptorLoop loop, string path, StreamSpool? spool, Func<ReadOnlyMemory<byte>, bool> receive)
    {
        this.loop = loop;
        this.path = path;
        this.spool = spool;
        this.receive = receive;
        fifo = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
    }

    /// <summary>Everything has been read.</summary>
    internal Task Ended => ended.Task;

    /// <summary>Begins to read, or goes on after <c>receive</c> wanted no more.</summary>
    internal void Resume() => loop.Post(epoll =>
    {
        if (!closed && !listening)
        {
            listening = true;
            epoll.Add(fifo, Readiness.Input, _ => Read(epoll));
        }
    });

    /// <summary>Takes what is there and ends, for a writer that has gone before this reader came.</summary>
    internal void Finish() => loop.Post(epoll =>
    {
        while (!closed && Read(epoll))
        {
        }

        Close(epoll);
    });

    private bool Read(Epoll epoll)
    {
        int? count;
        try
        {
            count = spool is null ? Files.TryRead(fifo, buffer, path) : spool.Take(fifo, buffer);
        }
        catch (SyscallException error)
        {
            ended.TrySetException(error);
            count = 0;
        }

        if (count is null)
        {
            return false;
        }

        if (count == 0)
        {
            Close(epoll);
            return false;
        }

        if (!receive(buffer.AsMemory(0, count.Value)) && listening)
        {
            // The pipe fills then, and the process waits, as it would on a slow terminal.
            listening = false;
            epoll.Remove(fifo);
        }

        return true;
    }

    private void Close(Epoll epoll)
    {
        if (!closed)
        {
            closed = true;
            epoll.Remove(fifo);
            fifo.Dispose();
            spool?.Dispose();
            ended.TrySetResult();
        }
    }
}
