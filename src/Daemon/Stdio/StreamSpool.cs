using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>
/// Where output rests between the fifo and the log. The kernel moves it there in one step, so a kill of the daemon finds each
/// byte in the fifo or here, never in neither. Offsets count from the first byte of the run; space behind is given back.
/// </summary>
internal sealed class StreamSpool : IDisposable
{
    private const long ReleaseStep = 1 << 20;
    private readonly FileDescriptor file;
    private readonly string path;
    private long end;
    private long released;
    private bool full;

    internal StreamSpool(string path)
    {
        this.path = path;
        file = Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        end = (long)Files.Status(file, path).Size;
    }

    /// <summary>As read(2) of the fifo: null when nothing is there, 0 at its end.</summary>
    internal int? Take(FileDescriptor fifo, Span<byte> buffer)
    {
        if (full)
        {
            return Files.TryRead(fifo, buffer, path);
        }

        try
        {
            int? count = FileRange.TryMove(fifo, file, buffer.Length, end, path);
            if (count is > 0)
            {
                FileRange.Read(file, buffer[..count.Value], end, path);
                end += count.Value;
                Release();
            }

            return count;
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOSPC)
        {
            // Better to go on without the safety than to hold the container back.
            full = true;
            return Files.TryRead(fifo, buffer, path);
        }
    }

    /// <summary>What was moved here in an earlier life and has not been used from an offset on.</summary>
    internal byte[] Rest(long offset)
    {
        byte[] rest = new byte[Math.Max(0, end - offset)];
        int count = 0;
        while (count < rest.Length && FileRange.Read(file, rest.AsSpan(count), offset + count, path) is > 0 and int read)
        {
            count += read;
        }

        return rest;
    }

    public void Dispose() => file.Dispose();

    private void Release()
    {
        // What may still be needed is far less than what is kept: a line is cut after 16 KiB.
        if (end - released >= 2 * ReleaseStep)
        {
            FileRange.Release(file, released, ReleaseStep, path);
            released += ReleaseStep;
        }
    }
}
