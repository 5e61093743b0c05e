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
    public void What_containers_have_that_say_nothing_is_read()
    {
        DaemonOptions options = Read("""
            {"default-shm-size":"1G","default-ipc-mode":"shareable","default-cgroupns-mode":"host","default-ulimits":{"nofile":{"Soft":1,"Hard":2} },
             "dns":["192.0.2.1"],"dns-search":["x"],"dns-opts":["ndots:1"],"host-gateway-ips":["192.0.2.2","2001:db8::1"],"exec-opts":["native.cgroupdriver=systemd"],
             "runtimes":{"a":{"path":"/a","runtimeArgs":["b"]},"c":{"runtimeType":"d"} },"containerd":"/c.sock","storage-driver":"overlay2"}
            """);

        Assert.Equal((1L << 30, "shareable", "host"), (options.Defaults.SharedMemory, options.Defaults.IpcMode, options.Defaults.CgroupnsMode));
        Assert.Equal(("nofile", 1L, 2L), Assert.Single(options.Defaults.Ulimits) is var limit ? (limit.Name, limit.Soft, limit.Hard) : default);
        Assert.Equal(["192.0.2.1", "x", "ndots:1", "192.0.2.2", "2001:db8::1"], [.. options.Names.Servers, .. options.Names.Search, .. options.Names.Options, .. options.Names.HostGateways]);
        Assert.True(options.SystemdCgroup);
        Assert.Equal("/a b", $"{options.Runtimes["a"].Path} {options.Runtimes["a"].Arguments![0]}");
        Assert.Equal("d", options.Runtimes["c"].Path + options.Runtimes["c"].Type);
        Assert.Equal(("/c.sock", "overlayfs"), (options.Containerd, options.StorageDriver));
        Assert.Empty(options.Ignored);
    }

    [Theory]
    [InlineData("""{"exec-opts":["native.cgroupdriver=other"]}""", "unknown or unsupported cgroup driver \"other\"")]
    [InlineData("""{"exec-opts":["x=y"]}""", "invalid exec-opt \"x=y\"")]
    [InlineData("""{"default-shm-size":"big"}""", "invalid size: 'big'")]
    [InlineData("""{"default-ipc-mode":"host"}""", "configured default IPC mode (host) is invalid: it can only be \"private\" or \"shareable\"")]
    [InlineData("""{"default-cgroupns-mode":"x"}""", "configured default cgroup namespace mode (x) is invalid: it can only be \"host\" or \"private\"")]
    [InlineData("""{"dns":["x"]}""", "dns: \"x\" is not an ip address")]
    [InlineData("""{"max-concurrent-downloads":-1}""", "invalid max-concurrent-downloads: -1")]
    public void A_value_that_cannot_be_is_named(string text, string message) => Assert.Equal(message, Assert.Throws<EngineException>(() => Read(text)).Message);

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
