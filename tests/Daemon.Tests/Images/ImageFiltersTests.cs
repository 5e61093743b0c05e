using Wharf.Daemon.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class ImageFiltersTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["a"] = "1", ["b"] = "" };

    [Theory]
    [InlineData("{\"label\":[\"a=1\",\"b\"]}", true)]
    [InlineData("{\"label\":{\"a=1\":true,\"b\":true}}", true)]
    [InlineData("{\"label\":{\"c\":false}}", true)]
    [InlineData("{\"label\":[\"a=2\"]}", false)]
    [InlineData("{\"label\":[\"c\"]}", false)]
    [InlineData("{\"label!\":[\"a\"]}", false)]
    [InlineData("", true)]
    [InlineData(null, true)]
    public void Reads_both_forms(string? json, bool matches) => Assert.Equal(matches, ImageFilters.Parse(json, "label", "label!").HasLabels(Labels));

    [Theory]
    [InlineData("{\"nope\":[\"a\"]}", "invalid filter 'nope'")]
    [InlineData("[]", "invalid filters")]
    [InlineData("{", "invalid filters")]
    [InlineData("{\"label\":1}", "invalid filters")]
    public void Refuses(string json, string message)
    {
        EngineException error = Assert.Throws<EngineException>(() => ImageFilters.Parse(json, "label"));

        Assert.Equal(EngineErrorKind.InvalidParameter, error.Kind);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    public void Reads_booleans(string text, bool value) => Assert.Equal(value, ImageFilters.Parse($$"""{"dangling":["{{text}}"]}""", "dangling").Boolean("dangling"));

    [Fact]
    public void Refuses_other_booleans() =>
        Assert.Equal("invalid filter 'dangling=[maybe]'", Assert.Throws<EngineException>(() => ImageFilters.Parse("{\"dangling\":[\"maybe\"]}", "dangling").Boolean("dangling")).Message);

    [Theory]
    [InlineData("busy*:latest", "busybox:latest", true)]
    [InlineData("*", "busybox", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("a/?", "a/b", true)]
    [InlineData("a.c", "abc", false)]
    public void Matches_references(string pattern, string text, bool matches) => Assert.Equal(matches, ImageFilters.Matches(pattern, text));

    [Theory]
    [InlineData("24h", 24 * 3600)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    public void Reads_how_long_ago(string text, double seconds)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;

        Assert.Equal(now.AddSeconds(-seconds), ImageFilters.Moment(text, now));
    }

    [Fact]
    public void Reads_dates()
    {
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(10), ImageFilters.Moment("10", DateTimeOffset.UtcNow));
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero), ImageFilters.Moment("2024-01-02", DateTimeOffset.UtcNow));
        Assert.Throws<EngineException>(() => ImageFilters.Moment("soon", DateTimeOffset.UtcNow));
    }
}
