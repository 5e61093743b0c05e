using CsCheck;
using Wharf.Network.Addresses;
using Xunit;

namespace Wharf.Network.Tests.Addresses;

public sealed class SubnetTests
{
    [Fact]
    public void Text_is_read_back() => Gen.Select(Gen.UInt, Gen.ULong, Gen.ULong).Sample((four, high, low) =>
    {
        foreach (IpAddress address in new[] { IpAddress.V4(four), IpAddress.V6(new UInt128(high, low)) })
        {
            Assert.Equal(address, IpAddress.Parse(address.ToString()));
            Assert.Equal(address, IpAddress.Read(address.ToBytes()));
        }
    });

    [Theory]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.256")]
    [InlineData("0x1.2.3.4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("")]
    public void Other_texts_are_no_address(string text) => Assert.False(IpAddress.TryParse(text, out _));

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
        var a = new IpSubnet(IpAddress.V4(one), oneLength);
        var b = new IpSubnet(IpAddress.V4(other), otherLength);
        Assert.Equal(a.First <= b.Last && b.First <= a.Last, a.Overlaps(b));
        Assert.Equal(a.Overlaps(b), b.Overlaps(a));
    });

    [Fact]
    public void Overlap_of_wide_addresses_is_what_two_ends_say() => Gen.Select(Gen.ULong, Gen.Int[0, 128], Gen.ULong, Gen.Int[0, 128]).Sample((one, oneLength, other, otherLength) =>
    {
        var a = new IpSubnet(IpAddress.V6(new UInt128(one, other)), oneLength);
        var b = new IpSubnet(IpAddress.V6(new UInt128(other, one)), otherLength);
        Assert.Equal(a.First <= b.Last && b.First <= a.Last, a.Overlaps(b));
        Assert.False(a.Overlaps(new IpSubnet(IpAddress.V4((uint)one), 8)));
    });

    [Fact]
    public void A_hardware_address_is_made_from_the_address() =>
        Assert.Equal("02:42:ac:11:00:02", MacAddress.Text(MacAddress.Of(IpAddress.Parse("172.17.0.2"))));
}
