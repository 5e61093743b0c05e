using CsCheck;
using Wharf.Network.Addresses;
using Xunit;

namespace Wharf.Network.Tests.Addresses;

public sealed class SubnetChoiceTests
{
    [Fact]
    public void The_first_free_subnet_is_dockers_first() => Assert.Equal("172.17.0.0/16", SubnetChoice.Default.Choose([])?.ToString());

    [Fact]
    public void What_overlaps_with_a_route_of_the_host_is_left_out()
    {
        IpSubnet[] used = [InterfaceAddress.Parse("172.17.5.0/24").Subnet, InterfaceAddress.Parse("172.18.0.0/15").Subnet];
        Assert.Equal("172.20.0.0/16", SubnetChoice.Default.Choose(used)?.ToString());
        Assert.Equal("192.168.0.0/20", SubnetChoice.Default.Choose([InterfaceAddress.Parse("172.16.0.0/12").Subnet])?.ToString());
        Assert.Null(SubnetChoice.Default.Choose([InterfaceAddress.Parse("128.0.0.0/1").Subnet]));
    }

    [Fact]
    public void A_part_of_a_wide_pool_is_found_behind_a_wide_route()
    {
        var choice = new SubnetChoice([(InterfaceAddress.Parse("fd00:1::/32").Subnet, 64)]);
        Assert.Equal("fd00:1:1::/64", choice.Choose([InterfaceAddress.Parse("fd00:1::/48").Subnet])?.ToString());
    }

    [Fact]
    public void What_is_chosen_overlaps_with_nothing_used() => Gen.UInt[0x0a000000, 0x0affffff].Select(Gen.Int[9, 28]).List[0, 12].Sample(list =>
    {
        List<IpSubnet> used = [.. list.Select(one => new IpSubnet(IpAddress.V4(one.Item1), one.Item2))];
        var choice = new SubnetChoice([(new IpSubnet(IpAddress.V4(0x0a000000), 8), 24)]);
        IpSubnet? chosen = choice.Choose(used);
        Assert.True(chosen is null || !used.Exists(chosen.Value.Overlaps));
    });
}
