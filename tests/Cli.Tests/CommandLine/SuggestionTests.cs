using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.CommandLine;

public sealed class SuggestionTests
{
    private static readonly string[] Known = ["ps", "pull", "push", "images", "inspect", "container"];

    [Theory]
    [InlineData("imagse", "images")]
    [InlineData("contianer", "container")]
    [InlineData("pul", "pull")]
    [InlineData("ins", "inspect")]
    public void A_mistyped_command_is_named(string typed, string meant) =>
        Assert.Contains($" {meant}\n", Suggestion.Text(typed, "", Known), StringComparison.Ordinal);

    [Theory]
    [InlineData("xyzzy")]
    [InlineData("z")]
    public void What_is_near_nothing_gets_no_suggestion(string typed) => Assert.Empty(Suggestion.Text(typed, "", Known));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Edits_are_counted(string left, string right, int edits) => Assert.Equal(edits, Suggestion.Edits(left, right));
}
