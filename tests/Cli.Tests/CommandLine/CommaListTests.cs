using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.CommandLine;

public sealed class CommaListTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a,b,", new[] { "a", "b", "" })]
    [InlineData("\"a,b\",c", new[] { "a,b", "c" })]
    [InlineData("\"say \"\"x\"\"\",c", new[] { "say \"x\"", "c" })]
    public void Commas_divide_what_is_not_in_quotes(string line, string[] fields) => Assert.Equal(fields, CommaList.Split(line));
}
