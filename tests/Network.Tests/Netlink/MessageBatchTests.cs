using System.Buffers.Binary;
using System.Text;
using Wharf.Network.Addresses;
using Wharf.Network.Netlink;
using Xunit;

namespace Wharf.Network.Tests.Netlink;

public sealed class MessageBatchTests
{
    [Fact]
    public void A_batch_is_read_back_message_by_message()
    {
        var batch = new MessageBatch();
        batch.Begin("first", MessageType.NewLink, MessageFlags.Create, 16);
        batch.Add(LinkAttribute.Name, "odd");
        batch.Add(LinkAttribute.Mtu, 1400);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, "veth");
        batch.EndNest();
        batch.Begin("second", MessageType.NewAddress, MessageFlags.None, 8);
        batch.Add(2, IpAddress.Parse("10.1.2.3"));

        IReadOnlyList<NetlinkMessage> messages = NetlinkMessage.Split(batch.Bytes.ToArray());

        Assert.Equal(["first", "second"], batch.Steps);
        Assert.Equal([1u, 2u], messages.Select(message => message.Sequence));
        Assert.Equal([MessageType.NewLink, MessageType.NewAddress], messages.Select(message => message.Type));
        AttributeTable link = AttributeTable.After(messages[0].Body, 16);
        Assert.Equal("odd", link.Text(LinkAttribute.Name));
        Assert.Equal(1400u, link.Number(LinkAttribute.Mtu));
        Assert.Equal("veth", link.Nested(LinkAttribute.Information)?.Text(LinkAttribute.InformationKind));
        Assert.Equal(IpAddress.Parse("10.1.2.3"), AttributeTable.After(messages[1].Body, 8).Address(2));
    }

    [Fact]
    public void A_bridge_is_what_iproute2_sends()
    {
        var batch = new MessageBatch();
        Links.AddBridge(batch, "br0", [2, 66, 10, 0, 0, 1], 1500);
        byte[] bytes = batch.Bytes.ToArray();

        // nlmsghdr: length, RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE, sequence.
        Assert.Equal((uint)bytes.Length, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        Assert.Equal(16, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4)));
        Assert.Equal(0x605, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)));

        // IFLA_IFNAME "br0\0" follows the 16 bytes of ifinfomsg.
        Assert.Equal(new byte[] { 8, 0, 3, 0 }.Concat(Encoding.ASCII.GetBytes("br0\0")), bytes.Skip(32).Take(8));
        Assert.Equal(0, bytes.Length % 4);
    }
}
