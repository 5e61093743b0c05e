using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.CommandLine;

public sealed class HelpTextTests
{
    [Theory]
    [InlineData("short", 30, 79, "short")]
    [InlineData("Only the last word of this line would not fit in", 30, 79, "Only the last word of this line would not fit in")]
    [InlineData("Write the container identifier to the file that is named here", 30, 79, "Write the container identifier to the file\n                              that is named here")]
    [InlineData("first line\nsecond", 30, 79, "first line\n                              second")]
    [InlineData("no room at all here for words", 60, 70, "\n                no room at all here for words")]
    public void Text_is_wrapped_as_pflag_wraps_it(string text, int column, int width, string wrapped) =>
        Assert.Equal(wrapped, HelpText.Wrapped(text, column, width));
}
