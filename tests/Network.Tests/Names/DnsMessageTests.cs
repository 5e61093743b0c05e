using CsCheck;
using Wharf.Network.Addresses;
using Wharf.Network.Names;
using Xunit;

namespace Wharf.Network.Tests.Names;

public sealed class DnsMessageTests
{
    private static readonly byte[] Query = Convert.FromHexString("1234010000010000000000000244420361707000001c0001");

    [Fact]
    public void A_query_is_read()
    {
        DnsMessage question = DnsMessage.ReadQuery(Query)!;
        Assert.Equal((0x1234, "db.app", DnsMessage.TypeAaaa, Query.Length), (question.Id, question.Name, question.Type, question.End));
    }

    [Fact]
    public void An_answer_repeats_the_question_and_holds_the_addresses()
    {
        DnsMessage question = DnsMessage.ReadQuery(Query)!;
        byte[] answer = question.Addresses(Query, [IpAddress.Parse("fd00::9")]);
        Assert.Equal(Query[12..], answer[12..Query.Length]);
        Assert.Equal("8180", Convert.ToHexString(answer.AsSpan(2, 2)));
        Assert.Equal("C00C001C000100000005" + "0010" + "FD000000000000000000000000000009", Convert.ToHexString(answer.AsSpan(Query.Length)));
        (IReadOnlyList<int> offsets, uint lifetime) = DnsMessage.Lifetimes(answer)!.Value;
        Assert.Equal((Query.Length + 6, 5u), (Assert.Single(offsets), lifetime));
    }

    [Fact]
    public void An_answer_never_outgrows_a_datagram()
    {
        DnsMessage question = DnsMessage.ReadQuery(Query)!;
        byte[] answer = question.Addresses(Query, [.. Enumerable.Range(1, 100).Select(one => IpAddress.V6((UInt128)one))]);
        Assert.InRange(answer.Length, 400, 512);
        Assert.Equal((answer.Length - Query.Length) / 28, answer[7]);
    }

    [Theory]
    [InlineData("9.0.17.172.in-addr.arpa", "172.17.0.9")]
    [InlineData("9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "fd00::9")]
    [InlineData("x.0.17.172.in-addr.arpa", null)]
    [InlineData("17.172.in-addr.arpa", null)]
    [InlineData("in-addr.arpa", null)]
    [InlineData("9.ip6.arpa", null)]
    public void A_pointer_question_names_an_address(string name, string? address) =>
        Assert.Equal(address, new DnsMessage(1, 0, name, DnsMessage.TypePtr, 1, 0).PointedAt()?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("123481000001000000000000024442036170700000010001")]
    [InlineData("1234010000020000000000000244420361707000001c0001")]
    [InlineData("12340100000100000000000002444203617070")]
    [InlineData("123401000001000000000000c00c00010001")]
    [InlineData("1234010000010000000000000244420361707000001c00")]
    public void What_is_no_query_is_left(string hex) => Assert.Null(DnsMessage.ReadQuery(Convert.FromHexString(hex)));

    /// <summary>Bytes of anybody, and sound messages with some bytes changed: read or left, never an exception, never out of bounds.</summary>
    [Fact]
    public void Any_bytes_are_read_or_left() => Gen.Select(Gen.Byte.Array[0, 600], Gen.Int[0, 600].Select(Gen.Byte).Array[0, 6], Gen.Bool).Sample((bytes, changes, sound) =>
    {
        byte[] message = sound ? DnsMessage.ReadQuery(Query)!.Addresses(Query, [IpAddress.Parse("fd00::9"), IpAddress.Parse("10.0.0.1")]) : bytes;
        foreach ((int at, byte value) in changes.Where(one => one.Item1 < message.Length))
        {
            message[at] = value;
        }

        if (DnsMessage.Read(message) is { } read)
        {
            Assert.InRange(read.End, DnsMessage.HeaderSize, message.Length);
            Assert.InRange(read.Name.Length, 0, 1024);
            _ = read.PointedAt();
            Assert.Equal(read.Id, DnsMessage.Read(read.Refuse(message, DnsMessage.NameError))!.Id);
        }

        if (DnsMessage.Lifetimes(message) is var (offsets, _))
        {
            Assert.All(offsets, offset => Assert.InRange(offset, 0, message.Length - 4));
        }
    });
}
