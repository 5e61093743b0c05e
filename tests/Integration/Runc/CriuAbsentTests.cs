using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>checkpoint and restore without a criu, or with what is none.</summary>
public sealed class CriuAbsentTests : IDisposable
{
    private readonly RunningContainer container = new();

    private string Folder => Path.GetDirectoryName(container.Bundle.Rootfs)!;

    public void Dispose() => container.Dispose();

    [Fact]
    public void The_program_that_is_missing_is_named()
    {
        Command checkpoint = container.Bundle.Runc("--criu", "no-such-criu", "checkpoint", container.Id);

        Assert.Equal(1, checkpoint.ExitCode);
        Assert.Contains("CRIU version check failed: exec: \"no-such-criu\": executable file not found in $PATH", checkpoint.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_no_criu_is_an_error_and_the_container_goes_on()
    {
        Command checkpoint = container.Bundle.Runc("--criu", "/bin/true", "checkpoint", container.Id);

        Assert.Equal(1, checkpoint.ExitCode);
        Assert.Contains("CRIU version check failed: criu failed: it ended before it answered", checkpoint.Error, StringComparison.Ordinal);
        container.Exec("true").Succeeds();
    }

    [Fact]
    public void A_restore_that_cannot_begin_leaves_nothing()
    {
        string id = container.Id + "-restored";
        Command restore = container.Bundle.Runc("--criu", "/bin/true", "restore", "--detach", "--bundle", Folder, id);

        Assert.Equal(1, restore.ExitCode);
        Assert.False(Directory.Exists(Path.Combine(container.Bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData("--parent-path must be relative", "--parent-path", "/a")]
    [InlineData("invalid --parent-path: ", "--parent-path", "none")]
    [InlineData("namespace \"pid\" is not supported", "--empty-ns", "pid")]
    [InlineData("Use --page-server ADDRESS:PORT to specify page server", "--page-server", "localhost")]
    [InlineData("Invalid port number", "--page-server", "localhost:x")]
    public void A_flag_that_makes_no_sense_is_refused(string words, params string[] flags)
    {
        Command checkpoint = container.Bundle.Runc(["checkpoint", .. flags, container.Id]);

        Assert.Equal(1, checkpoint.ExitCode);
        Assert.Contains(words, checkpoint.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Callers_learn_by_help_and_by_a_missing_value_that_there_are_such_commands()
    {
        // As podman asks.
        Assert.Contains("--leave-running ", container.Bundle.Runc("checkpoint", "--help").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("flag needs an argument", container.Bundle.Runc("restore", "--lsm-mount-context").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_does_not_run_has_nothing_to_write()
    {
        container.Runc("kill", container.Id, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => container.Runc("state", container.Id).Output.Contains("stopped", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));

        Assert.Contains("Container cannot be checkpointed in stopped state", container.Runc("checkpoint", container.Id).Error, StringComparison.Ordinal);
    }
}
