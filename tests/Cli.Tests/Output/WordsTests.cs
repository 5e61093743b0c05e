using Wharf.Cli.Output;

namespace Wharf.Cli.Tests.Output;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0.4, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(61, "About a minute")]
    [InlineData(150, "2 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(2 * 3600, "2 hours")]
    [InlineData(47 * 3600, "47 hours")]
    [InlineData(3 * 86400, "3 days")]
    [InlineData(15 * 86400, "2 weeks")]
    [InlineData(90 * 86400, "3 months")]
    [InlineData(800 * 86400, "2 years")]
    public void Durations_are_dockers(double seconds, string words) => Assert.Equal(words, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(1000, "1kB")]
    [InlineData(2_080_000, "2.08MB")]
    [InlineData(123_456_789, "123MB")]
    [InlineData(1_500_000_000, "1.5GB")]
    public void Sizes_are_dockers(double bytes, string words) => Assert.Equal(words, Words.Size(bytes));

    [Fact]
    public void Cutting_counts_characters_not_bytes() => Assert.Equal("漢字漢…", Words.Shorten("漢字漢字漢", 4));

    [Fact]
    public void Columns_are_as_wide_as_their_widest() =>
        Assert.Equal(["A      B", "long   x"], Table.Format(["A\tB", "long\tx"], 4).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()));
}
