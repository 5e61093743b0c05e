using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>containerd's configuration files, Debian's own among them.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_default_of_Debians_containerd_is_read_and_what_is_not_ours_is_named()
    {
        File.WriteAllText(folder["debian.toml"], Command.Run("containerd", "config", "default").Succeeds().Output);

        Command dump = Command.Run(Programs.Containerd, "--config", folder["debian.toml"], "--state", "/run/elsewhere", "config", "dump").Succeeds();

        Assert.Contains("root = \"/var/lib/containerd\"", dump.Output, StringComparison.Ordinal);
        Assert.Contains("state = \"/run/elsewhere\"", dump.Output, StringComparison.Ordinal);
        Assert.Contains("sandbox_image", dump.Output, StringComparison.Ordinal);
        Assert.Contains("plugin \"io.containerd.grpc.v1.cri\" is not part of this daemon", dump.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown key", dump.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Default_and_migrated_files_are_version_3_and_read_without_a_warning()
    {
        File.WriteAllText(folder["default.toml"], Command.Run(Programs.Containerd, "config", "default").Succeeds().Output);
        Command migrated = Command.Run(Programs.Containerd, "--config", folder["default.toml"], "config", "migrate").Succeeds();
        Command dumped = Command.Run(Programs.Containerd, "--config", folder["default.toml"], "config", "dump").Succeeds();

        Assert.Contains("version = 3", migrated.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(folder["default.toml"]), dumped.Output);
        Assert.Equal((string.Empty, string.Empty), (migrated.Error, dumped.Error));
    }

    [Theory]
    [InlineData("version = 9", "expected containerd config version equal to or less than `3`, got `9`")]
    [InlineData("version = 2\nrequired_plugins = [\"io.containerd.grpc.v1.cri\"]", "required plugin \"io.containerd.grpc.v1.cri\" is not part of this daemon")]
    [InlineData("version = 2\nroot = [", "read configuration")]
    public void A_daemon_whose_file_is_wrong_does_not_start_and_says_why(string text, string words)
    {
        File.WriteAllText(folder["config.toml"], text);

        Command start = Command.Run(Programs.Containerd, "--config", folder["config.toml"], "--root", folder["root"], "--state", folder["state"], "--address", folder["c.sock"]);

        Assert.Equal(1, start.ExitCode);
        Assert.Contains(words, start.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", start.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["root"]));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Command dump = Command.Run(Programs.Containerd, "--config", folder["nothere.toml"], "config", "dump");

        Assert.Equal(1, dump.ExitCode);
        Assert.Contains($"read configuration \"{folder["nothere.toml"]}\": no such file or directory", dump.Error, StringComparison.Ordinal);
    }
}
