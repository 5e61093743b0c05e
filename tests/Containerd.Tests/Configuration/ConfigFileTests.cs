using Wharf.Containerd.Configuration;
using Wharf.Containerd.Proxies;

namespace Wharf.Containerd.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-config-").FullName;

    private string File => Path.Combine(folder, "config.toml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Versions_2_and_3_are_read(int version)
    {
        ConfigFile read = Read($"""
            version = {version}
            root = "/r"
            state = "/s"
            oom_score = -500
            [grpc]
              address = "/a.sock"
              uid = 7
              gid = 8
              max_recv_message_size = 1000000
            [debug]
              level = "debug"
            """);

        Assert.Equal(new ContainerdOptions { Root = "/r", State = "/s", Address = "/a.sock", User = 7, Group = 8, LargestRequest = 1_000_000, LogLevel = "debug", OomScore = -500 }, read.Options with { RequiredPlugins = new ContainerdOptions().RequiredPlugins, DisabledPlugins = new ContainerdOptions().DisabledPlugins, Proxies = new ContainerdOptions().Proxies, Differs = new ContainerdOptions().Differs });
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void A_key_that_nobody_reads_is_named()
    {
        ConfigFile read = Read("""
            version = 2
            rooot = "/x"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.metadata.v1.bolt"]
            [grpc]
              adress = "/x"
              tcp_address = ""
            [metrics]
              grpc_histogram = true
            [timeouts]
              "io.containerd.timeout.shim.load" = "5s"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "pause"
            [plugins."io.containerd.gc.v1.scheduler"]
              pause_threshold = 0.02
              startup_delay = ""
            """);

        Assert.Equal(
            [
                "key \"plugins.'io.containerd.gc.v1.scheduler'.pause_threshold\" has no effect here",
                "key \"timeouts.io.containerd.timeout.shim.load\" has no effect here",
                "plugin \"io.containerd.grpc.v1.cri\" is not part of this daemon",
                "plugin \"io.containerd.metadata.v1.bolt\" cannot be disabled",
                "unknown key \"grpc.adress\"",
                "unknown key \"rooot\"",
            ],
            read.Warnings.Select(warning => warning.Replace($"configuration \"{File}\": ", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Proxies_are_read_and_what_is_wrong_with_one_is_named()
    {
        ConfigFile read = Read("""
            version = 2
            disabled_plugins = ["io.containerd.snapshotter.v1.native"]
            [proxy_plugins.native]
              type = "snapshot"
              address = "/a.sock"
              platform = "linux/arm64/v8"
              capabilities = ["remap-ids"]
              [proxy_plugins.native.exports]
                root = "/var/lib/a"
            [proxy_plugins.stars]
              type = "io.containerd.content.v1"
              address = "/b.sock"
              adress = "/c.sock"
            [proxy_plugins.odd]
              type = "runtime"
              address = "/d.sock"
            """);

        Assert.Equal([("native", ProxyPlugin.Snapshot, "/a.sock", "linux/arm64/v8"), ("stars", ProxyPlugin.Content, "/b.sock", "")], read.Options.Proxies.Select(proxy => (proxy.Name, proxy.Type, proxy.Address, proxy.Platform)));
        Assert.Equal("remap-ids", Assert.Single(read.Options.Proxies[0].Capabilities));
        Assert.Equal("/var/lib/a", read.Options.Proxies[0].Exports["root"]);
        Assert.Equal(["io.containerd.snapshotter.v1.native"], read.Options.DisabledPlugins);
        Assert.Equal(
            ["key \"proxy_plugins.odd.type\": \"runtime\": unknown type of proxy", "unknown key \"proxy_plugins.stars.adress\""],
            read.Warnings.Select(warning => warning.Replace($"configuration \"{File}\": ", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("version = 2\n[proxy_plugins.a]\ntype = \"snapshot\"", "key \"proxy_plugins.a\": no address")]
    [InlineData("version = 4", "expected containerd config version equal to or less than `3`, got `4`")]
    [InlineData("version = 0", "got `0`")]
    [InlineData("version = \"two\"", "got `two`")]
    [InlineData("version = 2\nroot = 7", "key \"root\": not a text")]
    [InlineData("version = 2\n[grpc]\nuid = -1", "key \"grpc.uid\": not a whole number from 0")]
    [InlineData("version = 2\n[grpc]\nuid = \"me\"", "key \"grpc.uid\": not a whole number from 0")]
    [InlineData("version = 2\noom_score = 1001", "key \"oom_score\": not a whole number from -1000 to 1000")]
    [InlineData("version = 2\nrequired_plugins = \"x\"", "key \"required_plugins\": not a list of texts")]
    [InlineData("version = 2\nimports = 1", "key \"imports\": not a list of texts")]
    [InlineData("version = 2\nroot = ", "(2,")]
    public void What_is_wrong_is_named(string text, string words)
    {
        ContainerdException error = Assert.Throws<ContainerdException>(() => Read(text));

        Assert.Contains($"read configuration \"{File}\": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Imports_are_merged_over_the_file_that_names_them_and_end()
    {
        Directory.CreateDirectory(Path.Combine(folder, "more"));
        System.IO.File.WriteAllText(Path.Combine(folder, "more", "a.toml"), "version = 2\nroot = \"/a\"\nrequired_plugins = [\"io.containerd.content.v1\"]\n");
        System.IO.File.WriteAllText(Path.Combine(folder, "more", "b.toml"), "version = 2\nroot = \"/b\"\nimports = [\"../config.toml\"]\n[grpc]\ngid = 5\n");

        ConfigFile read = Read("version = 2\nroot = \"/r\"\nstate = \"/s\"\nrequired_plugins = [\"io.containerd.gc.v1\"]\nimports = [\"more/*.toml\"]\n[grpc]\nuid = 4\n");

        Assert.Equal(("/b", "/s", 4u, 5u), (read.Options.Root, read.Options.State, read.Options.User, read.Options.Group));
        Assert.Equal(["io.containerd.gc.v1", "io.containerd.content.v1"], read.Options.RequiredPlugins);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var options = new ContainerdOptions { Root = "/a \"quoted\" \\ root", Address = "/x.sock", User = 3, LogLevel = "trace", OomScore = 5, LargestResponse = 77 };

        ConfigFile read = Read(ConfigFile.Write(options));

        Assert.Equal(options with { RequiredPlugins = read.Options.RequiredPlugins, DisabledPlugins = read.Options.DisabledPlugins, Proxies = read.Options.Proxies, Differs = read.Options.Differs }, read.Options);
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void A_dump_keeps_what_the_file_has_for_others()
    {
        ConfigFile read = Read("version = 2\nroot = \"/r\"\n[grpc]\nuid = 4\ntcp_address = \"here\"\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"pause\"\n");

        ConfigFile dumped = Read(ConfigFile.Write(read.Options with { Root = "/flag" }, read.Table));

        Assert.Equal(("/flag", 4u), (dumped.Options.Root, dumped.Options.User));
        Assert.Equal(read.Warnings, dumped.Warnings);
    }

    [Fact]
    public void Migration_makes_version_3_with_whole_names_of_plugins()
    {
        string migrated = Read("root = \"/r\"\n[plugins.cri]\nsandbox_image = \"pause\"\n").Migrated();

        ConfigFile again = Read(migrated);
        Assert.Contains("version = 3", migrated, StringComparison.Ordinal);
        Assert.Contains("io.containerd.grpc.v1.cri", migrated, StringComparison.Ordinal);
        Assert.Equal("/r", again.Options.Root);
        Assert.DoesNotContain("address", migrated, StringComparison.Ordinal);
    }

    private ConfigFile Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return ConfigFile.Read(File);
    }
}
