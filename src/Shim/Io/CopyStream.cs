using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>
/// Copies from one descriptor to another, both without blocking; reads no more while the other side is full. When the other side
/// is gone the rest is read and dropped: a process does not wait for a reader that cannot come back.
/// </summary>
internal sealed class CopyStream
{
    private readonly EventLoop loop;
    private readonly FileDescriptor source;
    private readonly FileDescriptor target;
    private readonly string operand;
    private readonly byte[] buffer = new byte[8192];
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
        loop.Add(source, Readiness.Input, _ => Read());
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

    /// <summary>Copies what is there now. True when the source has nothing more.</summary>
    internal bool Drain()
    {
        while (!stopped && written == filled && Read())
        {
        }

        return stopped || written == filled;
    }

    /// <summary>False when nothing was there.</summary>
    private bool Read()
    {
        int? count;
        try
        {
            count = Files.TryRead(source, buffer, operand);
        }
        catch (SyscallException)
        {
            // EIO: the last process has closed its side of the terminal.
            count = 0;
        }

        if (count is null)
        {
            return false;
        }

        if (count == 0)
        {
            Stop();
            return false;
        }

        filled = count.Value;
        written = 0;
        Write();
        return true;
    }

    private void Write()
    {
        int? count = dropping ? filled - written : TryWrite();
        if (count is null)
        {
            // Full: nobody reads. The process waits, as it would on a full pipe.
            if (!blocked)
            {
                blocked = true;
                loop.Remove(source);
                loop.Add(target, Readiness.Output, _ => Write());
            }

            return;
        }

        written += count.Value;
        if (written < filled)
        {
            Write();
            return;
        }

        if (blocked)
        {
            blocked = false;
            loop.Remove(target);
            loop.Add(source, Readiness.Input, _ => Read());
        }
    }

    private int? TryWrite()
    {
        try
        {
            return Files.TryWrite(target, buffer.AsSpan(written, filled - written), operand);
        }
        catch (SyscallException)
        {
            dropping = true;
            return filled - written;
        }
    }
}
