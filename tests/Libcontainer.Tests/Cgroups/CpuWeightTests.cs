using Wharf.Libcontainer.Cgroups;

namespace Wharf.Libcontainer.Tests.Cgroups;

/// <summary>Shares of v1 as a weight of v2: the three points that the curve is laid through, and its ends.</summary>
public sealed class CpuWeightTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(512, 59)]
    [InlineData(2048, 174)]
    [InlineData(262144, 10000)]
    [InlineData(999999, 10000)]
    public void Shares_become_a_weight(ulong shares, ulong weight)
    {
        Assert.Equal(weight, CgroupV2Limits.Weight(shares));
    }
}
