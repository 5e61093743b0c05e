using Wharf.Daemon.Configuration;

namespace Wharf.Daemon.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Dockers_keys_are_taken_and_those_without_effect_named()
    {
        DaemonOptions options = Read("""{"log-driver":"json-file","log-opts":{"max-size":"5m"},"labels":["a=b"],"init":true,"userland-proxy":false,"features":{},"max-concurrent-downloads":7,"max-concurrent-uploads":0,"max-download-attempts":2,"default-runtime":"io.containerd.runc.v2"}""");

        Assert.Equal(("json-file", "5m", true), (options.LogDriver, options.LogOptions["max-size"], options.UsesInit));
        Assert.Equal(["a=b"], options.Labels);
        Assert.Equal((7, 5, 2, "io.containerd.runc.v2"), (options.Downloads, options.Uploads, options.DownloadAttempts, options.Runtime));
        Assert.Equal(["userland-proxy", "features"], options.Ignored);
    }

    [Fact]
    public void Keys_that_docker_does_not_have_are_named_and_refused() => Assert.EndsWith(
        "the following directives don't match any configuration option: nonsense, other",
        Assert.Throws<EngineException>(() => Read("""{"nonsense":1,"debug":true,"other":2}""")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_the_command_line_says_counts() => Assert.Equal("none", OptionsReader.Read(["--config-file", Write("""{"log-driver":"json-file"}"""), "--log-driver", "none"]).LogDriver);

    private DaemonOptions Read(string text) => OptionsReader.Read(["--config-file", Write(text)]);

    private string Write(string text)
    {
        File.WriteAllText(path, text);
        return path;
    }
}
