using Wharf.Linux;

namespace Wharf.Cli.Terminals;

/// <summary>The user's terminal, every key passed on as it is. Whatever way the program ends, it is put back as it was found.</summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly FileDescriptor terminal;
    private readonly Lock gate = new();
    private TerminalMode? before;

    private RawTerminal(FileDescriptor terminal, TerminalMode before)
    {
        this.terminal = terminal;
        this.before = before;
    }

    /// <summary>Null when the descriptor is no terminal.</summary>
    internal static RawTerminal? Enter(FileDescriptor terminal)
    {
        if (TerminalMode.Of(terminal) is not { } before)
        {
            return null;
        }

        var entered = new RawTerminal(terminal, before);
        before.Raw().Apply(terminal);
        return entered;
    }

    /// <summary>As often as is liked, from any thread.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            try
            {
                before?.Apply(terminal);
            }
            catch (SyscallException)
            {
                // The terminal has gone: nothing is left to put back.
            }

            before = null;
        }
    }
}
