using Wharf.Shim.Waiting;

namespace Wharf.Shim.Io;

/// <summary>Standard streams of one process. Whatever reads or writes at the other end may come and go.</summary>
internal abstract class ProcessIo : IDisposable
{
    /// <summary>What the runtime is started with.</summary>
    internal abstract StandardStreams Streams { get; }

    /// <summary>Where the runtime sends the terminal's master, if there is one.</summary>
    internal virtual string? ConsoleSocket => null;

    /// <summary>The process is about to execute its program.</summary>
    internal virtual void BeforeStart()
    {
    }

    /// <summary>The runtime has started the process: its own copies of the streams are all that is needed.</summary>
    internal abstract void Started();

    /// <summary>CloseIO: the end of the input, once the client has closed its end too.</summary>
    internal abstract void CloseInput();

    /// <summary>Of a process without a terminal nobody looks at the size.</summary>
    internal virtual void Resize(ushort rows, ushort columns)
    {
    }

    /// <summary>Bytes of the process that its readers have not taken yet.</summary>
    internal abstract int Unread();

    /// <summary>The process has ended and everything is taken: readers get the end of the file.</summary>
    internal abstract void CloseOutput();

    public abstract void Dispose();

    internal static async LoopTask<ProcessIo> OpenAsync(ShimContext context, string id, IoPaths paths, RuntimeSettings settings)
    {
        StreamAddress address = StreamAddress.Parse(paths.Output);
        Logger? logger = address.IsLogger ? await Logger.StartAsync(context, id, address) : null;
        try
        {
            return paths.Terminal ? new TerminalIo(context.Loop, paths, address, logger) : new DirectIo(paths, address, logger, settings);
        }
        catch
        {
            logger?.Dispose();
            throw;
        }
    }
}
