using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Wharf.Linux;
using Wharf.Network.Netlink;
using Xunit;

namespace Wharf.Network.Tests.Netlink;

public sealed class HostileAnswerTests
{
    [Fact]
    public void Any_bytes_are_messages_or_a_netlink_exception() => Gen.Byte.Array[0, 96].Sample(bytes => Tolerates(bytes));

    [Fact]
    public void A_link_cut_anywhere_or_with_any_byte_changed_is_read_or_refused()
    {
        byte[] whole = Answer();
        Gen.Select(Gen.Int[0, whole.Length], Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((cut, place, value) =>
        {
            byte[] changed = [.. whole];
            changed[place] = value;
            Tolerates(changed.AsMemory(0, cut));
            Tolerates(changed);
        });
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(17u)]
    [InlineData(uint.MaxValue)]
    public void A_length_that_does_not_fit_is_refused(uint length)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        NetlinkException error = Assert.Throws<NetlinkException>(() => NetlinkMessage.Split(bytes));
        Assert.StartsWith("read netlink answer: a message of ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_has_step_errno_and_the_kernels_words()
    {
        byte[] words = Encoding.ASCII.GetBytes("Attribute failed policy validation\0");
        byte[] body = new byte[20 + 4 + words.Length];
        BinaryPrimitives.WriteInt32LittleEndian(body, -(int)Errno.EINVAL);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), 60);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(20), (ushort)(4 + words.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(22), 1);
        words.CopyTo(body, 24);

        var message = new NetlinkMessage(MessageType.Error, AnswerFlags.Capped | AnswerFlags.Extended, 1, body);

        NetlinkException? error = RouteSocket.Refusal(message, "create veth \"a\"");
        Assert.Equal("create veth \"a\": invalid argument: Attribute failed policy validation", error?.Message);
        Assert.Equal(Errno.EINVAL, error?.Errno);
    }

    [Fact]
    public void A_refusal_too_short_for_its_parts_is_one_all_the_same() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        try
        {
            RouteSocket.Refusal(new NetlinkMessage(MessageType.Error, AnswerFlags.Extended, 1, bytes), "step");
        }
        catch (NetlinkException)
        {
            // Refused is fine; anything else fails the test.
        }
    });

    private static void Tolerates(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            foreach (NetlinkMessage message in NetlinkMessage.Split(bytes))
            {
                Link.Read(message.Body);
                Routes.ReadAddress(message.Body);
                Routes.ReadDestination(message.Body);
            }
        }
        catch (NetlinkException)
        {
            // Refused is fine; anything else fails the test.
        }
    }

    private static byte[] Answer()
    {
        var batch = new MessageBatch();
        batch.Begin("", MessageType.NewLink, MessageFlags.None, 16)[4] = 7;
        batch.Add(LinkAttribute.Name, "eth0");
        batch.Add(LinkAttribute.Mac, [2, 66, 10, 0, 0, 1]);
        batch.BeginNest(LinkAttribute.Information);
        batch.Add(LinkAttribute.InformationKind, "veth");
        batch.EndNest();
        return batch.Bytes.ToArray();
    }
}
