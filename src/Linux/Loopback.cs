namespace Wharf.Linux;

/// <summary>The interface "lo" of this thread's network namespace.</summary>
public static unsafe class Loopback
{
    public static void Up()
    {
        const int inet = 2;
        const int datagramCloseOnExec = 2 | 0x80000;
        const nuint setFlags = 0x8914;
        using var socket = new FileDescriptor(Libc.Check(Libc.socket(inet, datagramCloseOnExec, 0), "socket"));
        byte* request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        request[0] = (byte)'l';
        request[1] = (byte)'o';

        // IFF_UP and IFF_RUNNING.
        *(short*)(request + 16) = 0x41;
        Libc.Check(Libc.ioctl(socket.Number, setFlags, (nint)request), "ioctl", "SIOCSIFFLAGS lo");
    }
}
