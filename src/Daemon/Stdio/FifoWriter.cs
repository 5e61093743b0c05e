using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>Writes a process's input on the loop's thread, as fast as it is read. Pieces of several clients follow each other whole.</summary>
internal sealed class FifoWriter
{
    private readonly DescriptorLoop loop;
    private readonly string path;
    private readonly Queue<Piece> pieces = new();
    private FileDescriptor? fifo;
    private bool listening;

    internal FifoWriter(DescriptorLoop loop, string path)
    {
        this.loop = loop;
        this.path = path;

        // Both ways, so that opening does not wait for the process, and what is written before it comes is kept.
        fifo = Files.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
    }

    /// <summary>The process has its end open: this one need not be a reader any more, and hears when the other goes.</summary>
    internal void ReaderIsThere() => loop.Post(epoll =>
    {
        if (fifo is null)
        {
            return;
        }

        FileDescriptor both = fifo;
        StopListening(epoll);
        try
        {
            fifo = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
            both.Dispose();
            Flush(epoll);
        }
        catch (SyscallException)
        {
            // Nobody reads: the process has ended already.
            Close(epoll);
        }
    });

    /// <summary>Waits while the fifo is full. False when the process takes no more input.</summary>
    internal async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var piece = new Piece(bytes);
        loop.Post(epoll =>
        {
            if (fifo is null)
            {
                piece.Done.TrySetResult(false);
                return;
            }

            pieces.Enqueue(piece);
            Flush(epoll);
        });
        using CancellationTokenRegistration left = cancellation.Register(() => piece.Done.TrySetCanceled(cancellation));
        return await piece.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Closes this end; what was not written by then is dropped.</summary>
    internal Task CloseAsync()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(epoll =>
        {
            Close(epoll);
            closed.SetResult();
        });
        return closed.Task;
    }

    /// <inheritdoc cref="CloseAsync"/>
    internal void Close() => loop.Post(Close);

    private void Flush(Epoll epoll)
    {
        while (fifo is not null && pieces.TryPeek(out Piece? piece))
        {
            if (piece.Done.Task.IsCompleted)
            {
                pieces.Dequeue();
                continue;
            }

            int? count;
            try
            {
                count = Files.TryWrite(fifo, piece.Rest.Span, path);
            }
            catch (SyscallException)
            {
                Close(epoll);
                return;
            }

            if (count is null)
            {
                if (!listening)
                {
                    listening = true;
                    epoll.Add(fifo, Readiness.Output, _ => Flush(epoll));
                }

                return;
            }

            piece.Rest = piece.Rest[count.Value..];
            if (piece.Rest.IsEmpty)
            {
                pieces.Dequeue();
                piece.Done.TrySetResult(true);
            }
        }

        StopListening(epoll);
    }

    private void StopListening(Epoll epoll)
    {
        if (listening && fifo is not null)
        {
            epoll.Remove(fifo);
        }

        listening = false;
    }

    private void Close(Epoll epoll)
    {
        StopListening(epoll);
        fifo?.Dispose();
        fifo = null;
        while (pieces.TryDequeue(out Piece? piece))
        {
            piece.Done.TrySetResult(false);
        }
    }

    private sealed class Piece(ReadOnlyMemory<byte> bytes)
    {
        internal ReadOnlyMemory<byte> Rest { get; set; } = bytes;

        internal TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
