using CsCheck;
using Wharf.Network.Addresses;
using Xunit;

namespace Wharf.Network.Tests.Addresses;

public sealed class AddressPoolTests
{
    private static readonly InterfaceAddress Gateway = InterfaceAddress.Parse("10.9.0.5/27");

    [Fact]
    public void The_lowest_free_address_is_taken_and_taken_again_after_its_release()
    {
        var pool = new AddressPool(InterfaceAddress.Parse("172.17.0.1/16"));
        Assert.Equal("172.17.0.2", pool.Take().ToString());
        Assert.Equal("172.17.0.3", pool.Take().ToString());
        pool.Release(IpAddress.Parse("172.17.0.2"));
        Assert.Equal("172.17.0.2", pool.Take().ToString());
        Assert.Equal("172.17.0.4", pool.Take().ToString());
    }

    /// <summary>Any order of takes, releases and restarts, against a set: nothing twice, nothing outside, nothing lost.</summary>
    [Fact]
    public void Any_history_gives_each_address_once() => Gen.Int[0, 2].SelectMany(kind => Gen.Int[0, 40].Select(pick => (kind, pick))).Array[0, 120].Sample(history =>
    {
        var pool = new AddressPool(Gateway);
        var owned = new List<IpAddress>();
        foreach ((int kind, int pick) in history)
        {
            if (kind == 0)
            {
                IpAddress? taken = pool.Take();
                Assert.Equal(owned.Count == 29, taken is null);
                if (taken is { } address)
                {
                    Assert.DoesNotContain(address, owned);
                    Assert.True(address > Gateway.Subnet.First && address < Gateway.Subnet.Last && address != Gateway.Address);
                    owned.Add(address);
                }
            }
            else if (kind == 1 && owned.Count > 0)
            {
                IpAddress freed = owned[pick % owned.Count];
                owned.Remove(freed);
                pool.Release(freed);
            }
            else
            {
                // A daemon that was killed knows its containers, and nothing else.
                pool = new AddressPool(Gateway);
                Assert.All(owned, address => Assert.True(pool.Take(address)));
            }
        }
    });

    [Theory]
    [InlineData("10.9.0.0")]
    [InlineData("10.9.0.5")]
    [InlineData("10.9.0.31")]
    [InlineData("10.9.0.32")]
    [InlineData("10.8.255.255")]
    public void What_no_container_can_have_is_not_taken(string address) => Assert.False(new AddressPool(Gateway).Take(IpAddress.Parse(address)));

    [Fact]
    public void Only_the_range_is_chosen_from_and_the_subnet_can_be_asked_for()
    {
        var pool = new AddressPool(InterfaceAddress.Parse("10.9.0.0/24").Subnet, InterfaceAddress.Parse("10.9.0.64/30").Subnet, [IpAddress.Parse("10.9.0.65")]);
        Assert.Equal(["10.9.0.64", "10.9.0.66", "10.9.0.67", null], Enumerable.Range(0, 4).Select(_ => pool.Take()?.ToString()));
        Assert.True(pool.Take(IpAddress.Parse("10.9.0.9")));
        Assert.False(pool.Take(IpAddress.Parse("10.9.0.65")));
    }

    [Fact]
    public void A_wide_subnet_begins_behind_its_own_address()
    {
        var pool = new AddressPool(InterfaceAddress.Parse("fd00:7::1/64"));
        Assert.Equal("fd00:7::2", pool.Take().ToString());
        Assert.False(pool.Take(IpAddress.Parse("fd00:7::")));
        Assert.False(pool.Take(IpAddress.Parse("10.0.0.1")));
    }

    [Fact]
    public void A_subnet_at_the_end_of_all_addresses_ends()
    {
        var pool = new AddressPool(InterfaceAddress.Parse("255.255.255.253/30"));
        Assert.Equal("255.255.255.254", pool.Take().ToString());
        Assert.Null(pool.Take());
    }

    [Fact]
    public async Task Parallel_takes_are_all_different()
    {
        var pool = new AddressPool(InterfaceAddress.Parse("10.9.0.1/16"));
        IpAddress?[] taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(pool.Take)));
        Assert.Equal(200, taken.Distinct().Count());
    }
}
