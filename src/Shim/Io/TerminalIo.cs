using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>A terminal: the master comes over the console socket; bytes are copied between it and the fifos.</summary>
internal sealed class TerminalIo : ProcessIo
{
    private readonly EventLoop loop;
    private readonly string folder;
    private readonly FileDescriptor listener;
    private readonly FileDescriptor? input;
    private readonly FileDescriptor? output;
    private FileDescriptor? master;
    private CopyStream? fromProcess;
    private CopyStream? toProcess;

    internal TerminalIo(EventLoop loop, IoPaths paths, string bundle)
    {
        this.loop = loop;

        // Not below the bundle: its path may be longer than a socket's may be.
        folder = Directory.CreateTempSubdirectory("wharf-pty-").FullName;
        ConsoleSocket = Path.Combine(folder, "pty.sock");
        listener = UnixSockets.Listen(ConsoleSocket);
        input = paths.Input.Length == 0 ? null : Files.Open(paths.Input, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        output = paths.Output.Length == 0 ? null : Files.Open(paths.Output, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        _ = bundle;
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

        // One more number for the same terminal, because the loop knows a descriptor once.
        FileDescriptor writeSide = Files.DuplicateCloseOnExec(master);
        if (output is not null)
        {
            fromProcess = new CopyStream(loop, master, output, "terminal output");
        }

        if (input is not null)
        {
            toProcess = new CopyStream(loop, input, writeSide, "terminal input");
        }
        else
        {
            writeSide.Dispose();
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

        // What is still in the terminal goes into the fifo first.
        return (fromProcess?.Drain() == false ? 1 : 0) + (output is null ? 0 : Files.Unread(output));
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
        output?.Dispose();
        master?.Dispose();
        master = null;
    }
}
