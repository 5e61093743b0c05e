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

    [Fact]
    public void The_local_driver_cuts_and_compresses_unless_told_otherwise()
    {
        LogOptions options = LogOptions.Parse(new LogConfig { Type = "local" }, new ContainerConfig());
        LogOptions told = LogOptions.Parse(new LogConfig { Type = "syslog", Config = new Dictionary<string, string> { ["cache-disabled"] = "true", ["mode"] = "non-blocking", ["max-buffer-size"] = "5k" } }, new ContainerConfig());

        Assert.Equal((20_000_000L, 5, true, true), (options.Capacity, options.Files, options.Compress, options.IsReadable));
        Assert.Equal((true, 5000L, false), (told.NonBlocking, told.BufferSize, told.IsReadable));
    }

    [Theory]
    [InlineData("max-size", "-1", "invalid size: '-1'")]
    [InlineData("max-size", "0", "max-size must be a positive number")]
    [InlineData("max-file", "none", "invalid value for max-file: \"none\"")]
    [InlineData("max-file", "-1", "max-file cannot be less than 1")]
    [InlineData("compress", "true", "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("label", "x", "unknown log opt 'label' for json-file log driver")]
    [InlineData("mode", "what", "logger: logging mode \"what\" is not supported")]
    public void What_makes_no_sense_is_refused(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<EngineException>(() => Parse((name, value))).Message);

    private static LogOptions Parse(params (string Name, string Value)[] options) =>
        LogOptions.Parse(new LogConfig { Type = "json-file", Config = options.ToDictionary(option => option.Name, option => option.Value) }, new ContainerConfig());
}
