using System.Text;

namespace Wharf.Linux;

/// <summary>Unix sockets without a sockets library: a pair, a connection, a listener, and descriptors sent along.</summary>
public static unsafe class UnixSockets
{
    private const int Family = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int ControlLength = 24;

    /// <summary>Two connected ends that keep message boundaries (SOCK_SEQPACKET).</summary>
    public static (FileDescriptor First, FileDescriptor Second) Pair()
    {
        int* pair = stackalloc int[2];
        Libc.Check(Libc.socketpair(Family, 5 | CloseOnExec, 0, pair), "socketpair");
        return (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    /// <summary>Two connected ends of a byte stream, either half of which is closed on its own.</summary>
    public static (FileDescriptor First, FileDescriptor Second) StreamPair()
    {
        int* pair = stackalloc int[2];
        Libc.Check(Libc.socketpair(Family, 1 | CloseOnExec, 0, pair), "socketpair");
        return (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    public static FileDescriptor Connect(string path)
    {
        var socket = new FileDescriptor(Libc.Check(Libc.socket(Family, 1 | CloseOnExec, 0), "socket"));
        try
        {
            byte* address = stackalloc byte[110];
            uint length = Address(path, address);
            Libc.Check(Libc.connect(socket.Number, address, length), "connect", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A datagram socket that sends to a path of at most 107 bytes; a leading '@' names an abstract socket.</summary>
    public static FileDescriptor ConnectDatagram(string path) => Datagram(path, bind: false);

    /// <summary>A datagram socket that receives at a path, and does not block.</summary>
    public static FileDescriptor BindDatagram(string path) => Datagram(path, bind: true);

    /// <summary>A listener that does not block. A path of at most 107 bytes.</summary>
    public static FileDescriptor Listen(string path, int backlog = 128)
    {
        var socket = new FileDescriptor(Libc.Check(Libc.socket(Family, 1 | CloseOnExec | NonBlocking, 0), "socket"));
        try
        {
            byte* address = stackalloc byte[110];
            uint length = Address(path, address);
            Libc.Check(Libc.bind(socket.Number, address, length), "bind", path);
            Libc.Check(Libc.listen(socket.Number, backlog), "listen", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next connection, which does not block; null when none waits.</summary>
    public static FileDescriptor? Accept(FileDescriptor listener)
    {
        int fd = Libc.accept4(listener.Number, null, null, CloseOnExec | NonBlocking);
        if (fd >= 0)
        {
            return new FileDescriptor(fd);
        }

        int errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return (Errno)errno is Errno.EAGAIN or Errno.ECONNABORTED or Errno.EINTR ? null : throw new SyscallException("accept4", errno);
    }

    /// <summary>The user of the process at the other end: SO_PEERCRED.</summary>
    public static uint PeerUser(FileDescriptor socket)
    {
        uint* credentials = stackalloc uint[3];
        uint length = 12;
        Libc.Check(Libc.getsockopt(socket.Number, 1, 17, credentials, &length), "getsockopt", "SO_PEERCRED");
        return credentials[1];
    }

    /// <summary>Sends bytes, and with them a descriptor if there is one.</summary>
    public static void Send(FileDescriptor socket, ReadOnlySpan<byte> bytes, FileDescriptor? attached = null)
    {
        const int noSignal = 0x4000;
        fixed (byte* start = bytes)
        {
            nuint* vector = stackalloc nuint[2] { (nuint)start, (nuint)bytes.Length };
            byte* control = stackalloc byte[ControlLength];
            var message = new MessageHeader { Vectors = vector, VectorCount = 1 };
            if (attached is not null)
            {
                *(ulong*)control = 20;
                *(int*)(control + 8) = 1;
                *(int*)(control + 12) = 1;
                *(ulong*)(control + 16) = (ulong)(uint)attached.Number;
                message.Control = control;
                message.ControlLength = ControlLength;
            }

            Libc.Check(Libc.sendmsg(socket.Number, &message, noSignal), "sendmsg");
        }
    }

    /// <summary>Receives bytes and at most one descriptor; 0 bytes when the other end is closed.</summary>
    public static int Receive(FileDescriptor socket, Span<byte> buffer, out FileDescriptor? attached)
    {
        const int closeOnExec = 0x40000000;
        fixed (byte* start = buffer)
        {
            nuint* vector = stackalloc nuint[2] { (nuint)start, (nuint)buffer.Length };
            byte* control = stackalloc byte[ControlLength];
            var message = new MessageHeader { Vectors = vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
            nint count;
            do
            {
                count = Libc.recvmsg(socket.Number, &message, closeOnExec);
            }
            while (count < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
            Libc.Check(count, "recvmsg");
            attached = message.ControlLength >= 20 && *(int*)(control + 12) == 1 ? new FileDescriptor(*(int*)(control + 16)) : null;
            return (int)count;
        }
    }

    private static FileDescriptor Datagram(string path, bool bind)
    {
        const int datagram = 2;
        var socket = new FileDescriptor(Libc.Check(Libc.socket(Family, datagram | CloseOnExec | (bind ? NonBlocking : 0), 0), "socket"));
        try
        {
            byte* address = stackalloc byte[110];
            uint length = Address(path, address);
            Libc.Check(bind ? Libc.bind(socket.Number, address, length) : Libc.connect(socket.Number, address, length), bind ? "bind" : "connect", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static uint Address(string path, byte* address)
    {
        int size = Encoding.UTF8.GetByteCount(path);
        if (size > 107)
        {
            throw new SyscallException("socket address", (int)Errno.ENAMETOOLONG, path);
        }

        new Span<byte>(address, 110).Clear();
        *(ushort*)address = Family;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 107));

        // A leading '@' names an abstract socket.
        if (path.StartsWith('@'))
        {
            address[2] = 0;
            return (uint)(2 + size);
        }

        return (uint)(2 + size + 1);
    }
}
