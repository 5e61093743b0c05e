using Wharf.Daemon.Logs;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Tests.Logs;

public sealed class LogOptionsTests
{
    [Theory]
    [InlineData("10k", 10_000L)]
    [InlineData("1.5m", 1_500_000L)]
    [InlineData("2G", 2_000_000_000L)]
    [InlineData("4096", 4096L)]
    [InlineData("7kb", 7_000L)]
    public void Sizes_are_of_a_thousand(string text, long bytes) => Assert.Equal(bytes, Parse(("max-size", text)).Capacity);

    [Fact]
    public void Without_a_size_a_log_grows() => Assert.Null(LogOptions.Parse(null, new ContainerConfig()).Capacity);

    [Fact]
    public void Labels_and_variables_are_chosen_by_name()
    {
        var container = new ContainerConfig { Labels = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, Env = ["C=3=3", "D=4", "E"] };

        LogOptions options = LogOptions.Parse(new LogConfig { Config = new Dictionary<string, string> { ["labels"] = "b,nothing", ["env"] = "C,E" } }, container);

        Assert.Equal([("C", "3=3"), ("b", "2")], options.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("max-size", "-1", "invalid size: '-1'")]
    [InlineData("max-size", "0", "max-size must be a positive number")]
    [InlineData("max-file", "none", "invalid value for max-file: \"none\"")]
    [InlineData("max-file", "-1", "max-file cannot be less than 1")]
    [InlineData("compress", "true", "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("labels-regex", "x", "unknown log opt 'labels-regex' for json-file log driver")]
    [InlineData("mode", "non-blocking", "log opt 'mode=non-blocking' is not supported")]
    public void What_makes_no_sense_is_refused(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<EngineException>(() => Parse((name, value))).Message);

    private static LogOptions Parse(params (string Name, string Value)[] options) =>
        LogOptions.Parse(new LogConfig { Type = "json-file", Config = options.ToDictionary(option => option.Name, option => option.Value) }, new ContainerConfig());
}
