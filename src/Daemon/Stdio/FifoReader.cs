using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>Reads a fifo as bytes come, on the loop's thread, until its last writer has gone.</summary>
internal sealed class FifoReader
{
    private readonly DescriptorLoop loop;
    private readonly FileDescriptor fifo;
    private readonly Action<ReadOnlyMemory<byte>> receive;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly string path;
    private bool closed;

    internal FifoReader(DescriptorLoop loop, string path, Action<ReadOnlyMemory<byte>> receive)
    {
        this.loop = loop;
        this.path = path;
        this.receive = receive;
        fifo = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        loop.Post(epoll => epoll.Add(fifo, Readiness.Input, _ => Read(epoll)));
    }

    /// <summary>Everything has been read.</summary>
    internal Task Ended => ended.Task;

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
            count = Files.TryRead(fifo, buffer, path);
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

        receive(buffer.AsMemory(0, count.Value));
        return true;
    }

    private void Close(Epoll epoll)
    {
        if (!closed)
        {
            closed = true;
            epoll.Remove(fifo);
            fifo.Dispose();
            ended.TrySetResult();
        }
    }
}
