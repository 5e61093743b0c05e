using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.CommandLine;

public sealed class FlagParserTests
{
    private static readonly Flag[] Known =
    [
        new("interactive", 'i', FlagType.Switch, "x"),
        new("tty", 't', FlagType.Switch, "x"),
        new("sig-proxy", '\0', FlagType.Switch, "x", "true"),
        new("env", 'e', FlagType.List, "x"),
        new("name", '\0', FlagType.Text, "x"),
        new("user", 'u', FlagType.Text, "x"),
    ];

    [Theory]
    [InlineData("-it --name=a image sh -c x", "a", "image sh -c x")]
    [InlineData("-i -t --name a image --name b", "a", "image --name b")]
    [InlineData("--name a -- -image", "a", "-image")]
    [InlineData("--name= image", "", "image")]
    public void Flags_end_at_the_first_argument(string words, string name, string arguments)
    {
        (FlagValues values, List<string> rest) = Parse(words, interspersed: false);

        Assert.Equal(name, values.Text("name"));
        Assert.Equal(arguments.Split(' '), rest);
    }

    [Fact]
    public void Flags_may_stand_between_arguments_where_a_command_allows_it()
    {
        (FlagValues values, List<string> rest) = Parse("one -t two --name x three", interspersed: true);

        Assert.True(values.Is("tty"));
        Assert.Equal("x", values.Text("name"));
        Assert.Equal(["one", "two", "three"], rest);
    }

    [Fact]
    public void Lists_keep_their_order_and_values_stick_to_their_letter()
    {
        (FlagValues values, _) = Parse("-e A=1 -eB=2 --env C=3 -ite D=4 -u=root", interspersed: false);

        Assert.Equal(["A=1", "B=2", "C=3", "D=4"], values.All("env"));
        Assert.True(values.Is("interactive") && values.Is("tty"));
        Assert.Equal("root", values.Text("user"));
    }

    [Theory]
    [InlineData("--sig-proxy=false", false)]
    [InlineData("--sig-proxy", true)]
    [InlineData("", true)]
    public void A_switch_takes_a_value_only_with_an_equals_sign(string words, bool on) =>
        Assert.Equal(on, Parse(words, interspersed: false).Values.Is("sig-proxy", fallback: true));

    [Theory]
    [InlineData("--nothere", "unknown flag: --nothere")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-itx", "unknown shorthand flag: 'x' in -x")]
    [InlineData("--name", "flag needs an argument: --name")]
    [InlineData("-u", "flag needs an argument: 'u' in -u")]
    [InlineData("--=x", "bad flag syntax: --=x")]
    [InlineData("---x", "bad flag syntax: ---x")]
    public void What_is_wrong_is_named_in_dockers_words(string words, string text) =>
        Assert.Equal(text, Assert.Throws<UsageException>(() => Parse(words, interspersed: false)).Message);

    [Theory]
    [InlineData("512m", 512L << 20)]
    [InlineData("1g", 1L << 30)]
    [InlineData("1.5k", 1536L)]
    [InlineData("10", 10L)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("-1", -1L)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("-5")]
    [InlineData("1e9")]
    [InlineData("99999999999999999999p")]
    public void What_is_no_size_is_none(string text) => Assert.Null(ByteSize.Parse(text));

    [Theory]
    [InlineData("1m30s", 90_000_000_000L)]
    [InlineData("1.5h", 5_400_000_000_000L)]
    [InlineData("0", 0L)]
    [InlineData("-2ms", -2_000_000L)]
    public void Durations(string text, long nanoseconds) => Assert.Equal(nanoseconds, GoDuration.Parse(text));

    [Theory]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("")]
    public void What_is_no_duration_is_none(string text) => Assert.Null(GoDuration.Parse(text));

    private static (FlagValues Values, List<string> Arguments) Parse(string words, bool interspersed)
    {
        var values = new FlagValues();
        return (values, FlagParser.Parse(Known, words.Split(' ', StringSplitOptions.RemoveEmptyEntries), interspersed, values));
    }
}
