using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>
/// Moves bytes from one descriptor to another, both without blocking: by splice(2) where one is a pipe, else through a buffer. It
/// takes no more while the other side is full. When the other side is gone the rest is read and dropped: a process does not wait
/// for a reader that cannot come back.
/// </summary>
internal sealed class CopyStream
{
    private const int Most = 65536;
    private readonly EventLoop loop;
    private readonly FileDescriptor source;
    private readonly FileDescriptor target;
    private readonly string operand;

    // Only where the kernel cannot splice.
    private byte[]? buffer;
    private int filled;
    private int written;
    private bool stopped;
    private bool blocked;
    private bool dropping;

    internal CopyStream(EventLoop loop, FileDescriptor source, FileDescriptor target, string operand)
    {
        this.loop = loop;
        this.source = source;
        this.target = target;
        this.operand = operand;
        loop.Add(source, Readiness.Input, _ => Move());
    }

    internal void Stop()
    {
        if (!stopped)
        {
            stopped = true;
            loop.Remove(source);
            loop.Remove(target);
        }
    }

    /// <summary>Moves what is there now. True when the source has nothing more.</summary>
    internal bool Drain()
    {
        while (!stopped && !blocked && Move())
        {
        }

        return stopped || !blocked;
    }

    /// <summary>False when nothing was moved.</summary>
    private bool Move() => buffer is null ? Splice() : Copy(buffer);

    private bool Splice()
    {
        int? count;
        try
        {
            count = FileRange.TryMove(source, target, Most, operand);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPIPE)
        {
            dropping = error.Errno == Errno.EPIPE;
            buffer = new byte[8192];
            return Move();
        }
        catch (SyscallException)
        {
            // EIO: the last process has closed its side of the terminal.
            count = 0;
        }

        if (count is null && Poll.Readable(0, source)[0])
        {
            Block();
        }
        else if (count == 0)
        {
            Stop();
        }

        return count > 0;
    }

    private bool Copy(byte[] through)
    {
        int? count;
        try
        {
            count = Files.TryRead(source, through, operand);
        }
        catch (SyscallException)
        {
            count = 0;
        }

        if (count == 0)
        {
            Stop();
        }

        if (count is null or 0)
        {
            return false;
        }

        filled = count.Value;
        written = 0;
        Write(through);
        return true;
    }

    private void Write(byte[] through)
    {
        while (written < filled)
        {
            int? count = dropping ? filled - written : TryWrite(through);
            if (count is null)
            {
                Block();
                return;
            }

            written += count.Value;
        }
    }

    private int? TryWrite(byte[] through)
    {
        try
        {
            return Files.TryWrite(target, through.AsSpan(written, filled - written), operand);
        }
        catch (SyscallException)
        {
            dropping = true;
            return filled - written;
        }
    }

    /// <summary>Full: nobody reads. The process waits, as it would on a full pipe.</summary>
    private void Block()
    {
        if (!blocked)
        {
            blocked = true;
            loop.Remove(source);
            loop.Add(target, Readiness.Output, _ => Unblock());
        }
    }

    private void Unblock()
    {
        blocked = false;
        loop.Remove(target);
        if (buffer is not null)
        {
            Write(buffer);
        }

        if (!blocked)
        {
            loop.Add(source, Readiness.Input, _ => Move());
        }
    }
}
