namespace Wharf.Linux;

/// <summary>struct termios of a terminal, kept as it is: termios(3).</summary>
public sealed unsafe class TerminalMode
{
    private const int Size = 64;
    private const nuint Get = 0x5401;
    private const nuint Set = 0x5402;
    private readonly byte[] bytes;

    private TerminalMode(byte[] bytes) => this.bytes = bytes;

    /// <summary>Null when the descriptor is no terminal.</summary>
    public static TerminalMode? Of(FileDescriptor terminal)
    {
        byte[] bytes = new byte[Size];
        fixed (byte* start = bytes)
        {
            return Libc.ioctl(terminal.Number, Get, (nint)start) == 0 ? new TerminalMode(bytes) : null;
        }
    }

    /// <summary>The same terminal with every byte passed through as it is: cfmakeraw(3).</summary>
    public TerminalMode Raw() => Raw(processOutput: false);

    /// <summary>Raw for what comes in; what goes out is processed as before: for a terminal that shows another one's lines, which end in "\n".</summary>
    public TerminalMode RawInput() => Raw(processOutput: true);

    /// <summary>The same terminal whose "\n" stays one: without ONLCR.</summary>
    public TerminalMode PlainNewlines()
    {
        byte[] plain = [.. bytes];
        fixed (byte* start = plain)
        {
            ((uint*)start)[1] &= ~4u; // ONLCR
        }

        return new TerminalMode(plain);
    }

    private TerminalMode Raw(bool processOutput)
    {
        byte[] raw = [.. bytes];
        fixed (byte* start = raw)
        {
            uint* flags = (uint*)start;
            flags[0] &= ~0x5ebu;  // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
            flags[1] = processOutput ? flags[1] | 1u : flags[1] & ~1u; // OPOST
            flags[2] = (flags[2] & ~0x130u) | 0x30;  // CSIZE PARENB, CS8
            flags[3] &= ~0x804bu; // ISIG ICANON ECHO ECHONL IEXTEN
            start[17 + 6] = 1;    // VMIN
            start[17 + 5] = 0;    // VTIME
        }

        return new TerminalMode(raw);
    }

    /// <summary>The same terminal that does not show what is typed, but for the end of the line.</summary>
    public TerminalMode Silent()
    {
        byte[] silent = [.. bytes];
        fixed (byte* start = silent)
        {
            uint* flags = (uint*)start;
            flags[3] = (flags[3] & ~0x8u) | 0x40; // ECHO, ECHONL
        }

        return new TerminalMode(silent);
    }

    public void Apply(FileDescriptor terminal)
    {
        fixed (byte* start = bytes)
        {
            Libc.Check(Libc.ioctl(terminal.Number, Set, (nint)start), "ioctl", "TCSETS");
        }
    }
}
