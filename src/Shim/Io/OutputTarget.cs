using Wharf.Linux;

namespace Wharf.Shim.Io;

/// <summary>Where output goes: a fifo, whose both ends are held, a file, or nothing.</summary>
internal sealed class OutputTarget : IDisposable
{
    private readonly FileDescriptor? held;
    private FileDescriptor? written;

    private OutputTarget(FileDescriptor? held, FileDescriptor written)
    {
        this.held = held;
        this.written = written;
    }

    /// <summary>What the process writes to; null once it has it.</summary>
    internal FileDescriptor? ForProcess => written;

    internal static OutputTarget Open(StreamAddress address)
    {
        if (address.Scheme == "file")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(address.Path)!);
            return new OutputTarget(null, Files.Open(address.Path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1a4));
        }

        if (address.Scheme != "fifo")
        {
            throw new ShimException($"unknown STDIO scheme {address.Scheme}");
        }

        if (Files.Find(address.Path) is not { Kind: FileKind.Fifo })
        {
            return new OutputTarget(null, Files.Open(address.Path, OpenFlags.WriteOnly | OpenFlags.Append));
        }

        // Opening both ways never blocks, and from then on opening for writing does not either.
        FileDescriptor held = Files.Open(address.Path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        try
        {
            return new OutputTarget(held, Files.Open(address.Path, OpenFlags.WriteOnly));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    internal void Started()
    {
        written?.Dispose();
        written = null;
    }

    internal int Unread() => held is null ? 0 : Files.Unread(held);

    public void Dispose()
    {
        Started();
        held?.Dispose();
    }
}
