using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>A socket to the kernel's networking, netlink(7), of the network namespace that the thread is in when it is opened.</summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private const int Family = 16;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const int Level = 270;
    private const int ShortAnswers = 10;
    private const int ExtendedAnswers = 11;
    private readonly FileDescriptor socket;

    private NetlinkSocket(FileDescriptor socket) => this.socket = socket;

    /// <summary>rtnetlink(7): links, addresses, routes. Errors come with the kernel's own words.</summary>
    public static NetlinkSocket OpenRoute()
    {
        var socket = new FileDescriptor(Libc.Check(Libc.socket(Family, Raw | CloseOnExec, 0), "socket", "NETLINK_ROUTE"));
        try
        {
            int on = 1;
            Libc.Check(Libc.setsockopt(socket.Number, Level, ShortAnswers, &on, sizeof(int)), "setsockopt", "NETLINK_CAP_ACK");
            Libc.Check(Libc.setsockopt(socket.Number, Level, ExtendedAnswers, &on, sizeof(int)), "setsockopt", "NETLINK_EXT_ACK");
            return new NetlinkSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What happens to the firewall's rules, whoever does it: the notifications of nftables.</summary>
    public static NetlinkSocket OpenFirewallEvents()
    {
        const int netfilter = 12;
        const uint rules = 1 << 6;
        var socket = new FileDescriptor(Libc.Check(Libc.socket(Family, Raw | CloseOnExec, netfilter), "socket", "NETLINK_NETFILTER"));
        try
        {
            // Membership alone is not enough: a socket without an address hears nothing.
            uint* address = stackalloc uint[3] { Family, 0, rules };
            Libc.Check(Libc.bind(socket.Number, (byte*)address, 12), "bind", "NFNLGRP_NFTABLES");
            return new NetlinkSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a datagram; false when the time is over, or <paramref name="stop"/> is readable. Milliseconds, −1 for none.</summary>
    public bool Wait(FileDescriptor stop, int timeout) => Poll.Readable(timeout, socket, stop) is [true, false];

    /// <summary>Sends messages in one call; the kernel has acted on all of them, in their order, when this returns.</summary>
    public void Send(ReadOnlySpan<byte> messages)
    {
        fixed (byte* start = messages)
        {
            nuint* vector = stackalloc nuint[2] { (nuint)start, (nuint)messages.Length };
            var header = new MessageHeader { Vectors = vector, VectorCount = 1 };
            nint sent;
            do
            {
                sent = Libc.sendmsg(socket.Number, &header, 0);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
            Libc.Check(sent, "sendmsg", "netlink");
        }
    }

    /// <summary>
    /// One datagram of the kernel's answers. It never waits: the answers to what was sent are there when <see cref="Send"/> returns,
    /// so none (EAGAIN) is an error, not a reason to hang. A datagram larger than the buffer is one too (EMSGSIZE).
    /// </summary>
    public int Receive(Span<byte> buffer)
    {
        const int doNotWait = 0x40;
        const int wholeLength = 0x20;
        const int kernel = 0;
        byte* sender = stackalloc byte[12];
        nuint* vector = stackalloc nuint[2];
        fixed (byte* start = buffer)
        {
            vector[0] = (nuint)start;
            vector[1] = (nuint)buffer.Length;
            while (true)
            {
                var header = new MessageHeader { Name = sender, NameLength = 12, Vectors = vector, VectorCount = 1 };
                nint length = Libc.recvmsg(socket.Number, &header, doNotWait | wholeLength);
                if (length < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR)
                {
                    continue;
                }

                Libc.Check(length, "recvmsg", "netlink");

                // Another process may send to any netlink socket; only the kernel's port is 0.
                if (*(int*)(sender + 4) != kernel)
                {
                    continue;
                }

                return length <= buffer.Length ? (int)length : throw new SyscallException("recvmsg", (int)Errno.EMSGSIZE, "netlink");
            }
        }
    }

    public void Dispose() => socket.Dispose();
}
