using System.Buffers.Binary;
using Wharf.Linux;
using Wharf.Network.Netlink;

namespace Wharf.Network.Firewall;

/// <summary>
/// The kernel's notifications about rules: include/uapi/linux/netfilter/nf_tables.h. The changes of one transaction come first, then a
/// message that says who made it.
/// </summary>
/// <param name="table">The name of our table.</param>
/// <param name="isOwn">Whether a thread is one of those that change it for us.</param>
internal sealed class FirewallEvents(string table, Func<uint, bool> isOwn) : IDisposable
{
    private const int Subsystem = 10;
    private const int FixedSize = 4;
    private const int LargestDatagram = 64 << 10;
    private const byte NewTable = 0;
    private const byte DeleteTable = 2;
    private const byte NewChain = 3;
    private const byte DeleteChain = 5;
    private const byte NewRule = 6;
    private const byte DeleteRule = 8;
    private const byte NewGeneration = 15;
    private const ushort TableName = 1;
    private const ushort RuleChain = 2;
    private const ushort ChainName = 3;
    private const ushort GenerationThread = 2;
    private readonly NetlinkSocket socket = NetlinkSocket.OpenFirewallEvents();
    private readonly byte[] buffer = new byte[LargestDatagram];
    private FirewallChange transaction;

    public void Dispose() => socket.Dispose();

    internal bool Wait(FileDescriptor stop, int timeout) => socket.Wait(stop, timeout);

    /// <summary>What the transactions that end in the next datagram have changed.</summary>
    internal FirewallChange Read()
    {
        try
        {
            int length = socket.Receive(buffer);
            return Read(buffer.AsMemory(0, length));
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOBUFS)
        {
            // More than the socket holds: anything may have changed.
            return FirewallChange.Table | FirewallChange.Others;
        }
        catch (SyscallException error) when (error.Errno == Errno.EAGAIN)
        {
            return FirewallChange.None;
        }
    }

    internal FirewallChange Read(ReadOnlyMemory<byte> datagram)
    {
        FirewallChange ended = FirewallChange.None;
        foreach (NetlinkMessage message in NetlinkMessage.Split(datagram))
        {
            if ((int)message.Type >> 8 != Subsystem)
            {
                continue;
            }

            AttributeTable attributes = AttributeTable.After(message.Body, FixedSize);
            byte kind = (byte)message.Type;
            if (kind != NewGeneration)
            {
                transaction |= Kind(kind, attributes);
                continue;
            }

            uint thread = attributes.Bytes(GenerationThread) is { Length: 4 } number ? BinaryPrimitives.ReadUInt32BigEndian(number.Span) : 0;
            ended |= isOwn(thread) ? FirewallChange.None : transaction;
            transaction = FirewallChange.None;
        }

        return ended;
    }

    private FirewallChange Kind(byte kind, AttributeTable attributes)
    {
        if (attributes.Text(TableName) != table)
        {
            return kind is NewTable or DeleteTable or NewChain or DeleteChain or DeleteRule ? FirewallChange.Others : FirewallChange.None;
        }

        string? chain = kind is NewRule or DeleteRule ? attributes.Text(RuleChain) : kind is NewChain or DeleteChain ? attributes.Text(ChainName) : null;

        // The administrator's chain is none of ours, and a table that comes with it is not yet the whole.
        return chain == Ruleset.HostChain ? FirewallChange.None : FirewallChange.Table;
    }
}
