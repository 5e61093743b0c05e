using Wharf.Linux;

namespace Wharf.Runc.Commands;

/// <summary>The caller's terminal in front of the container's: raw while it lasts, and as it was afterwards.</summary>
internal sealed class ForegroundConsole : IDisposable
{
    private readonly string folder;
    private readonly FileDescriptor listener;
    private readonly FileDescriptor stdin = new(0, ownsHandle: false);
    private readonly FileDescriptor stdout = new(1, ownsHandle: false);
    private readonly TerminalMode? before;
    private bool inputOpen = true;

    private ForegroundConsole(string folder)
    {
        this.folder = folder;
        SocketPath = Path.Combine(folder, "console.sock");
        listener = UnixSockets.Listen(SocketPath);
        before = TerminalMode.Of(stdin);
    }

    internal string SocketPath { get; }

    internal FileDescriptor? Master { get; private set; }

    /// <summary>Null when the caller's input has ended.</summary>
    internal FileDescriptor? Input => inputOpen ? stdin : null;

    internal static ForegroundConsole Open() => new(Directory.CreateTempSubdirectory("runc-console-").FullName);

    /// <summary>Takes the master that the container's first process has sent.</summary>
    internal void Connect()
    {
        Poll.Readable(-1, listener);
        using FileDescriptor connection = UnixSockets.Accept(listener) ?? throw new SyscallException("accept4", (int)Errno.EAGAIN, SocketPath);
        Files.SetNonBlocking(connection, false);
        UnixSockets.Receive(connection, new byte[64], out FileDescriptor? master);
        Master = master ?? throw new SyscallException("recvmsg", (int)Errno.EBADMSG, SocketPath);

        // The caller's terminal makes "\r\n" of the end of a line; output into a file or a pipe keeps the program's own.
        TerminalMode.Of(Master)?.PlainNewlines().Apply(Master);
        before?.RawInput().Apply(stdin);
        TakeSize();
    }

    internal void TakeSize()
    {
        if (Master is not null && Terminal.Size(stdin) is { } size)
        {
            Terminal.Resize(Master, size.Rows, size.Columns);
        }
    }

    internal void CopyInput()
    {
        Span<byte> buffer = stackalloc byte[4096];
        int count = Files.TryRead(stdin, buffer, "stdin") ?? 0;
        if (count == 0)
        {
            inputOpen = false;
            return;
        }

        if (Master is not null)
        {
            // Without one the container has closed its side, and nobody reads.
            Files.Write(Master, buffer[..count], "console");
        }
    }

    /// <summary>False when the container's side is closed: EIO.</summary>
    internal bool CopyOutput()
    {
        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            int count = Files.TryRead(Master!, buffer, "console") ?? 0;
            Files.Write(stdout, buffer[..count], "stdout");
            return count > 0;
        }
        catch (SyscallException error) when (error.Errno == Errno.EIO)
        {
            Master!.Dispose();
            Master = null;
            return false;
        }
    }

    /// <summary>What is still in the terminal when the process has ended.</summary>
    internal void Drain()
    {
        while (Master is not null && Poll.Readable(0, Master)[0] && CopyOutput())
        {
        }
    }

    public void Dispose()
    {
        before?.Apply(stdin);
        Master?.Dispose();
        listener.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
