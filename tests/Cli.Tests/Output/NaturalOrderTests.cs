using Wharf.Cli.Output;

namespace Wharf.Cli.Tests.Output;

public sealed class NaturalOrderTests
{
    [Fact]
    public void Numbers_count_as_numbers() =>
        Assert.Equal(["a", "a1", "a2", "a10", "a10b", "b"], new[] { "a10b", "b", "a10", "a2", "a", "a1" }.Order(NaturalOrder.Instance));

    [Theory]
    [InlineData("2024-05-01T10:00:00.123456789Z", "2024-05-01 10:00:00.123456789 +0000 UTC")]
    [InlineData("2024-05-01T10:00:00.120Z", "2024-05-01 10:00:00.12 +0000 UTC")]
    [InlineData("2024-05-01T10:00:00Z", "2024-05-01 10:00:00 +0000 UTC")]
    [InlineData("2024-05-01T10:00:00+02:00", "2024-05-01 10:00:00 +0200 +0200")]
    [InlineData("no time", "no time")]
    public void A_stamp_is_printed_as_Go_prints_it(string stamp, string printed) => Assert.Equal(printed, Words.GoStamp(stamp));
}
