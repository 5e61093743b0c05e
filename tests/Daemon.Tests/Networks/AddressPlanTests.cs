using Wharf.Daemon.Networks;
using Wharf.EngineApi.Networks;
using Wharf.Network.Addresses;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class AddressPlanTests
{
    private readonly AddressPlan plan = new(
        new SubnetChoice([(InterfaceAddress.Parse("10.80.0.0/16").Subnet, 24)]),
        new SubnetChoice([(InterfaceAddress.Parse("fd80::/48").Subnet, 64)]));

    [Fact]
    public void Families_without_a_subnet_get_one_that_is_free()
    {
        IpSubnet[] used = [InterfaceAddress.Parse("10.80.0.0/24").Subnet];
        Assert.Equal(["10.80.1.0/24 10.80.1.1", "fd80::/64 fd80::1"], Texts(plan.Resolve(null, true, true, true, used, [])));
        Assert.Equal(["10.9.0.0/24 10.9.0.9", "fd80::/64 fd80::1"], Texts(plan.Resolve(Asked(new AddressRange { Subnet = "10.9.0.0/24", Gateway = "10.9.0.9" }), true, true, true, used, [])));
        Assert.Equal(["fd80::/64 "], Texts(plan.Resolve(null, false, true, false, used, [])));
    }

    [Fact]
    public void The_gateway_is_the_first_of_the_range_that_nobody_else_has() =>
        Assert.Equal(["10.9.0.0/24 10.9.0.130"], Texts(plan.Resolve(Asked(new AddressRange { Subnet = "10.9.0.0/24", IPRange = "10.9.0.128/25", AuxiliaryAddresses = new Dictionary<string, string> { ["a"] = "10.9.0.128", ["b"] = "10.9.0.129" } }), true, false, true, [], [])));

    [Fact]
    public void What_overlaps_with_another_network_is_refused_and_with_a_route_of_the_host_only_by_who_asks_for_it()
    {
        IpSubnet other = InterfaceAddress.Parse("10.9.0.0/16").Subnet;
        AddressSettings asked = Asked(new AddressRange { Subnet = "10.9.5.0/24" });
        EngineException error = Assert.Throws<EngineException>(() => plan.Resolve(asked, true, false, true, [other], [other]));
        Assert.Equal((EngineErrorKind.Forbidden, "invalid pool request: Pool overlaps with other one on this address space"), (error.Kind, error.Message));
        Assert.Single(plan.Resolve(asked, true, false, true, [other], []));
    }

    [Fact]
    public void When_all_pools_are_used_it_says_so() => Assert.Equal(
        "all predefined address pools have been fully subnetted",
        Assert.Throws<EngineException>(() => plan.Resolve(null, true, false, true, [InterfaceAddress.Parse("10.0.0.0/8").Subnet], [])).Message);

    [Theory]
    [InlineData("x", null, "", "invalid subnet x: invalid CIDR block notation")]
    [InlineData("10.1.2.3/24", null, "", "invalid subnet 10.1.2.3/24: it should be 10.1.2.0/24")]
    [InlineData("10.1.2.0/24", "10.1.3.0/25", "", "invalid ip-range 10.1.3.0/25: parent subnet 10.1.2.0/24 doesn't contain ip-range")]
    [InlineData("10.1.2.0/24", null, "10.1.3.1", "invalid gateway 10.1.3.1: parent subnet 10.1.2.0/24 doesn't contain this address")]
    [InlineData("10.1.2.0/24", null, "fd00::1", "invalid gateway fd00::1: parent subnet 10.1.2.0/24 doesn't contain this address")]
    [InlineData("10.1.2.0/24", null, "me", "invalid gateway me: invalid address")]
    [InlineData("10.1.2.0/32", null, "", "it has no room for a gateway and a container")]
    [InlineData("", "10.1.2.0/25", "", "ip-range 10.1.2.0/25 must be within a subnet")]
    public void What_is_no_plan_is_refused_in_dockers_words(string subnet, string? range, string gateway, string fault)
    {
        EngineException error = Assert.Throws<EngineException>(() => AddressPlan.Check(Asked(new AddressRange { Subnet = subnet, IPRange = range, Gateway = gateway }), inet6: true));
        Assert.StartsWith("invalid network config:\n", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    private static AddressSettings Asked(AddressRange range) => new() { Config = [range] };

    private static IEnumerable<string> Texts(IReadOnlyList<AddressRange> ranges) => ranges.Select(one => $"{one.Subnet} {one.Gateway}");
}
