using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>A terminal: the master comes over the console socket; bytes are copied between it and the streams.</summary>
internal sealed class TerminalIo : ProcessIo
{
    private readonly EventLoop loop;
    private readonly string folder;
    private readonly FileDescriptor listener;
    private readonly FileDescriptor? input;
    private readonly FileDescriptor output;
    private readonly Logger? logger;
    private FileDescriptor? master;
    private FileDescriptor? writeSide;
    private CopyStream? fromProcess;
    private CopyStream? toProcess;

    internal TerminalIo(EventLoop loop, IoPaths paths, StreamAddress address, Logger? logger)
    {
        this.loop = loop;
        this.logger = logger;

        // Not below the bundle: its path may be longer than a socket's may be.
        folder = Directory.CreateTempSubdirectory("wharf-pty-").FullName;
        ConsoleSocket = Path.Combine(folder, "pty.sock");
        listener = UnixSockets.Listen(ConsoleSocket);
        output = logger?.Output ?? OpenOutput(address);
        Files.SetNonBlocking(output, true);
        input = paths.Input.Length == 0 ? null : Files.Open(paths.Input, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
    }

    internal override StandardStreams Streams { get; } = new(null, null, null);

    internal override string? ConsoleSocket { get; }

    internal override void Started()
    {
        using FileDescriptor connection = UnixSockets.Accept(listener) ?? throw new ShimException("console socket: the runtime sent no terminal");
        Files.SetNonBlocking(connection, false);
        UnixSockets.Receive(connection, new byte[4096], out FileDescriptor? received);
        master = received ?? throw new ShimException("console socket: the runtime sent no terminal");
        listener.Dispose();
        Directory.Delete(folder, recursive: true);
        Files.SetNonBlocking(master, true);
        fromProcess = new CopyStream(loop, master, output, "terminal output");
        if (input is not null)
        {
            // One more number for the same terminal, because the loop knows a descriptor once.
            writeSide = Files.DuplicateCloseOnExec(master);
            toProcess = new CopyStream(loop, input, writeSide, "terminal input");
        }
    }

    internal override void CloseInput()
    {
        // A terminal's input ends by what is typed (Ctrl-D), not by closing.
    }

    internal override void Resize(ushort rows, ushort columns)
    {
        if (master is not null)
        {
            Terminal.Resize(master, rows, columns);
        }
    }

    internal override int Unread()
    {
        toProcess?.Stop();
        toProcess = null;

        // What is still in the terminal goes into the stream first.
        return (fromProcess?.Drain() == false ? 1 : 0) + (logger is not null ? logger.Unread() : IsFifo ? Files.Unread(output) : 0);
    }

    internal override void CloseOutput() => Dispose();

    public override void Dispose()
    {
        toProcess?.Stop();
        fromProcess?.Stop();
        toProcess = fromProcess = null;
        listener.Dispose();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        input?.Dispose();
        logger?.Dispose();
        output.Dispose();
        writeSide?.Dispose();
        master?.Dispose();
        master = null;
    }

    private bool IsFifo => !output.IsClosed && Files.Status(output, "terminal output").Kind == FileKind.Fifo;

    /// <summary>Without a reader a terminal fills and its process waits: /dev/null reads too.</summary>
    private static FileDescriptor OpenOutput(StreamAddress address)
    {
        if (address.Path.Length == 0)
        {
            return Files.Open("/dev/null", OpenFlags.WriteOnly);
        }

        if (address.Scheme == "fifo" && Files.Find(address.Path) is { Kind: FileKind.Fifo })
        {
            return Files.Open(address.Path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        }

        using OutputTarget target = OutputTarget.Open(address);
        return Files.DuplicateCloseOnExec(target.ForProcess!);
    }
}
