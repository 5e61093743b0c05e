using CsCheck;
using Wharf.Network.Addresses;
using Xunit;

namespace Wharf.Network.Tests.Addresses;

public sealed class SubnetTests
{
    [Fact]
    public void Text_is_read_back() => Gen.UInt.Sample(value => Assert.Equal(value, Ipv4Address.Parse(new Ipv4Address(value).ToString()).Value));

    [Theory]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.256")]
    [InlineData("0x1.2.3.4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("::1")]
    [InlineData("")]
    public void Other_texts_are_no_address(string text) => Assert.False(Ipv4Address.TryParse(text, out _));

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.1/-1")]
    [InlineData("10.0.0.1/24/8")]
    [InlineData("/24")]
    public void Other_texts_are_no_address_of_an_interface(string text) =>
        Assert.Equal($"invalid CIDR address: {text}", Assert.Throws<FormatException>(() => InterfaceAddress.Parse(text)).Message);

    [Fact]
    public void Overlap_is_what_two_ends_say() => Gen.Select(Gen.UInt, Gen.Int[0, 32], Gen.UInt, Gen.Int[0, 32]).Sample((one, oneLength, other, otherLength) =>
    {
        var a = new Ipv4Subnet(new Ipv4Address(one), oneLength);
        var b = new Ipv4Subnet(new Ipv4Address(other), otherLength);
        Assert.Equal(a.First <= b.Last && b.First <= a.Last, a.Overlaps(b));
        Assert.Equal(a.Overlaps(b), b.Overlaps(a));
    });

    [Fact]
    public void The_first_free_subnet_is_dockers_first() => Assert.Equal("172.17.0.1/16", FreeSubnet.Choose([])?.ToString());

    [Fact]
    public void A_subnet_that_overlaps_is_passed_over()
    {
        Ipv4Subnet[] used = [InterfaceAddress.Parse("172.17.5.0/24").Subnet, InterfaceAddress.Parse("172.18.0.0/15").Subnet];
        Assert.Equal("172.20.0.1/16", FreeSubnet.Choose(used)?.ToString());
        Assert.Equal("192.168.0.1/20", FreeSubnet.Choose([InterfaceAddress.Parse("172.16.0.0/12").Subnet])?.ToString());
        Assert.Null(FreeSubnet.Choose([InterfaceAddress.Parse("128.0.0.0/1").Subnet]));
    }

    [Fact]
    public void A_hardware_address_is_made_from_the_address() =>
        Assert.Equal("02:42:ac:11:00:02", MacAddress.Text(MacAddress.Of(Ipv4Address.Parse("172.17.0.2"))));
}
