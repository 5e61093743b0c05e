using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>
/// Streams that the process reads and writes itself, without a copy: fifos, files, /dev/null. The shim holds both ends of each
/// fifo, so that neither end sees the other go.
/// </summary>
internal sealed class DirectIo : ProcessIo
{
    private readonly List<FileDescriptor> forProcess = [];
    private FileDescriptor? inputReader;
    private FileDescriptor? inputWriter;
    private string inputPath = "";
    private FileDescriptor? outputHeld;
    private FileDescriptor? errorHeld;

    internal DirectIo(IoPaths paths)
    {
        FileDescriptor? input = OpenInput(paths.Input);
        FileDescriptor? output = OpenOutput(paths.Output, ref outputHeld);
        FileDescriptor? error = paths.Error == paths.Output && paths.Error.Length > 0 ? output : OpenOutput(paths.Error, ref errorHeld);
        Streams = new StandardStreams(input, output, error);
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
        forProcess.ForEach(descriptor => descriptor.Dispose());
        forProcess.Clear();
    }

    internal override void CloseInput()
    {
        inputWriter?.Dispose();
        inputWriter = null;
    }

    internal override int Unread() => (outputHeld is null ? 0 : Files.Unread(outputHeld)) + (errorHeld is null ? 0 : Files.Unread(errorHeld));

    internal override void CloseOutput() => Dispose();

    public override void Dispose()
    {
        Started();
        CloseInput();
        inputReader?.Dispose();
        inputReader = null;
        outputHeld?.Dispose();
        outputHeld = null;
        errorHeld?.Dispose();
        errorHeld = null;
    }

    private FileDescriptor? OpenInput(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        inputPath = path;
        inputReader = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        inputWriter = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        return ForProcess(Files.Open(path, OpenFlags.ReadOnly));
    }

    private FileDescriptor? OpenOutput(string path, ref FileDescriptor? held)
    {
        if (path.Length == 0)
        {
            return null;
        }

        if (path.StartsWith("file://", StringComparison.Ordinal))
        {
            string file = path["file://".Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return ForProcess(Files.Open(file, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1a4));
        }

        if (path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("fifo://", StringComparison.Ordinal))
        {
            throw new ShimException($"log uri \"{path}\": this scheme is not supported");
        }

        string fifo = path.StartsWith("fifo://", StringComparison.Ordinal) ? path["fifo://".Length..] : path;
        if (Files.Find(fifo) is { Kind: FileKind.Fifo })
        {
            // Opening both ways never blocks, and from then on opening for writing does not either.
            held = Files.Open(fifo, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        }

        return ForProcess(Files.Open(fifo, OpenFlags.WriteOnly));
    }

    private FileDescriptor ForProcess(FileDescriptor descriptor)
    {
        forProcess.Add(descriptor);
        return descriptor;
    }
}
