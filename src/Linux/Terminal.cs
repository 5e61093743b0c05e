using System.Text;

namespace Wharf.Linux;

/// <summary>Pseudo terminals: pty(7), devpts.</summary>
public static unsafe class Terminal
{
    private const nuint GetNumber = 0x80045430;
    private const nuint SetLock = 0x40045431;
    private const nuint GetPeer = 0x5441;
    private const nuint SetControlling = 0x540E;
    private const nuint SetSize = 0x5414;
    private const nuint GetSize = 0x5413;

    /// <summary>Unlocks a master that was opened from a ptmx and opens its slave by the master itself, not by name.</summary>
    public static FileDescriptor OpenSlave(FileDescriptor master)
    {
        int unlocked = 0;
        const int readWriteNoTty = 2 | 0x100 | 0x80000;
        Libc.Check(Libc.ioctl(master.Number, SetLock, (nint)(&unlocked)), "ioctl", "TIOCSPTLCK");
        return new FileDescriptor(Libc.Check(Libc.ioctl(master.Number, GetPeer, readWriteNoTty), "ioctl", "TIOCGPTPEER"));
    }

    /// <summary>The slave's number N in /dev/pts/N.</summary>
    public static int Number(FileDescriptor master)
    {
        int number;
        Libc.Check(Libc.ioctl(master.Number, GetNumber, (nint)(&number)), "ioctl", "TIOCGPTN");
        return number;
    }

    /// <summary>Makes a terminal the controlling one of this session.</summary>
    public static void Control(FileDescriptor slave) => Libc.Check(Libc.ioctl(slave.Number, SetControlling, 0), "ioctl", "TIOCSCTTY");

    public static void Resize(FileDescriptor terminal, ushort rows, ushort columns)
    {
        ushort* size = stackalloc ushort[4] { rows, columns, 0, 0 };
        Libc.Check(Libc.ioctl(terminal.Number, SetSize, (nint)size), "ioctl", "TIOCSWINSZ");
    }

    /// <summary>Rows and columns, or null when the descriptor is no terminal.</summary>
    public static (ushort Rows, ushort Columns)? Size(FileDescriptor terminal)
    {
        ushort* size = stackalloc ushort[4];
        return Libc.ioctl(terminal.Number, GetSize, (nint)size) == 0 ? (size[0], size[1]) : null;
    }
}
