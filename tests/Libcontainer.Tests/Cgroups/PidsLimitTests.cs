using Wharf.Libcontainer.Cgroups;

namespace Wharf.Libcontainer.Tests.Cgroups;

public sealed class PidsLimitTests
{
    [Theory]
    [InlineData(-1, "max", ulong.MaxValue)]
    [InlineData(0, "1", 1)]
    [InlineData(1, "1", 1)]
    [InlineData(33, "33", 33)]
    public void Below_zero_is_no_limit_and_zero_is_one(long limit, string written, ulong tasks)
    {
        Assert.Equal((written, tasks), (PidsLimit.Text(limit), PidsLimit.Tasks(limit)));
    }
}
