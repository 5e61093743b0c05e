using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>
/// Streams that the process reads and writes itself, without a copy: fifos, files, a logger's pipes, /dev/null. The shim holds
/// both ends of each fifo, so that neither end sees the other go.
/// </summary>
internal sealed class DirectIo : ProcessIo
{
    private readonly FileDescriptor? inputReader;
    private readonly OutputTarget? output;
    private readonly OutputTarget? error;
    private readonly Logger? logger;
    private readonly string inputPath;
    private FileDescriptor? inputWriter;
    private FileDescriptor? processInput;

    internal DirectIo(IoPaths paths, StreamAddress address, Logger? logger, RuntimeSettings settings)
    {
        inputPath = paths.Input;
        this.logger = logger;
        try
        {
            if (inputPath.Length > 0)
            {
                inputReader = Files.Open(inputPath, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
                inputWriter = Files.Open(inputPath, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
                processInput = Files.Open(inputPath, OpenFlags.ReadOnly);
            }

            if (logger is not null)
            {
                Streams = new StandardStreams(processInput, logger.Output, logger.Error);
            }
            else
            {
                output = paths.Output.Length == 0 ? null : OutputTarget.Open(address);
                error = paths.Error.Length == 0 || paths.Error == paths.Output ? null : OutputTarget.Open(StreamAddress.Parse(paths.Error));
                Streams = new StandardStreams(processInput, output?.ForProcess, paths.Error.Length > 0 && paths.Error == paths.Output ? output?.ForProcess : error?.ForProcess);
            }

            GiveAway(settings);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal override StandardStreams Streams { get; }

    /// <summary>
    /// A client that has closed its end before the process began has said all that it will say: some never send CloseIO then.
    /// The kernel tells only while no writer is left, so ours goes for a moment; nobody reads yet.
    /// </summary>
    internal override void BeforeStart()
    {
        if (inputWriter is null)
        {
            return;
        }

        CloseInput();
        if (!Poll.HungUp(inputReader!))
        {
            inputWriter = Files.Open(inputPath, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        }
    }

    internal override void Started()
    {
        processInput?.Dispose();
        processInput = null;
        output?.Started();
        error?.Started();
    }

    internal override void CloseInput()
    {
        inputWriter?.Dispose();
        inputWriter = null;
    }

    internal override int Unread() => (output?.Unread() ?? 0) + (error?.Unread() ?? 0) + (logger?.Unread() ?? 0);

    internal override void CloseOutput() => Dispose();

    public override void Dispose()
    {
        Started();
        CloseInput();
        inputReader?.Dispose();
        output?.Dispose();
        error?.Dispose();
        logger?.Dispose();
    }

    /// <summary>IoUid and IoGid: a process of that user may open its own streams by their names in /proc.</summary>
    private void GiveAway(RuntimeSettings settings)
    {
        if (settings.IoUid == 0 && settings.IoGid == 0)
        {
            return;
        }

        foreach ((FileDescriptor stream, int number) in Streams.Descriptors())
        {
            if (Files.Status(stream, "stdio").Kind == FileKind.Fifo)
            {
                Files.ChangeOwner(stream, settings.IoUid, settings.IoGid, $"stream {number}");
            }
        }
    }
}
