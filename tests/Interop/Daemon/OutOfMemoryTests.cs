using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>A container that ran out of its memory says so.</summary>
public sealed class OutOfMemoryTests(DaemonFixture fixture) : IClassFixture<DaemonFixture>
{
    private readonly DaemonOnContainerd daemon = fixture.Daemon;

    [Fact]
    public void Code_state_and_event_tell_of_it()
    {
        Command run = daemon.Docker("run", "--name", "greedy", "--network", "none", "--memory", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "a=x; while :; do a=$a$a; done");

        Assert.Equal(137, run.ExitCode);
        Assert.Equal("true 137", daemon.Docker("inspect", "--format", "{{.State.OOMKilled}} {{.State.ExitCode}}", "greedy").Succeeds().Output.Trim());
        string soon = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture);
        Assert.Contains(" oom ", daemon.Docker("events", "--since", "1", "--until", soon, "--filter", "container=greedy").Succeeds().Output, StringComparison.Ordinal);
        daemon.Docker("rm", "greedy").Succeeds();
    }

    [Fact]
    public void A_kill_is_not_one()
    {
        daemon.Docker("run", "-d", "--name", "killed", "--network", "none", "--memory", "16m", "busybox", "sleep", "1000").Succeeds();
        daemon.Docker("kill", "killed").Succeeds();

        Assert.Equal("false 137", daemon.Docker("inspect", "--format", "{{.State.OOMKilled}} {{.State.ExitCode}}", "killed").Succeeds().Output.Trim());
        daemon.Docker("rm", "killed").Succeeds();
    }
}
