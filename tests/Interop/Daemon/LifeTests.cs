using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>Operations on containers through docker's client.</summary>
public sealed class LifeTests(DaemonFixture fixture) : IClassFixture<DaemonFixture>
{
    private readonly DaemonOnContainerd daemon = fixture.Daemon;

    [Fact]
    public void On_failure_starts_again_as_often_as_it_says()
    {
        daemon.Docker("run", "-d", "--name", "failing", "--network", "none", "--restart", "on-failure:2", "busybox", "sh", "-c", "echo run; exit 3").Succeeds();
        Await("2 exited 3", "inspect", "--format", "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}", "failing");

        Assert.Equal("run\nrun\nrun\n", daemon.Docker("logs", "failing").Succeeds().Output);
        daemon.Docker("rm", "failing").Succeeds();
    }

    [Fact]
    public void A_stopped_one_stays_stopped()
    {
        daemon.Docker("run", "-d", "--name", "steady", "--network", "none", "--restart", "always", "busybox", "sh", "-c", "sleep 0.1").Succeeds();
        Await("true", "inspect", "--format", "{{gt .RestartCount 1}}", "steady");
        daemon.Docker("stop", "-t", "0", "steady").Succeeds();
        Await("exited", "inspect", "--format", "{{.State.Status}}", "steady");
        daemon.Docker("rm", "steady").Succeeds();
    }

    [Fact]
    public void Pause_top_update_rename_and_wait()
    {
        daemon.Docker("run", "-d", "--name", "first", "--network", "none", "busybox", "sleep", "1000").Succeeds();
        daemon.Docker("pause", "first").Succeeds();
        Assert.Contains("(Paused)", daemon.Docker("ps").Succeeds().Output, StringComparison.Ordinal);
        daemon.Docker("unpause", "first").Succeeds();
        Assert.Contains("sleep 1000", daemon.Docker("top", "first").Succeeds().Output, StringComparison.Ordinal);
        daemon.Docker("update", "--memory", "64m", "--memory-swap", "64m", "--restart", "unless-stopped", "first").Succeeds();
        Assert.Equal("67108864 unless-stopped", daemon.Docker("inspect", "--format", "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}", "first").Succeeds().Output.Trim());
        Assert.Equal("67108864", daemon.Docker("exec", "first", "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max").Succeeds().Output.Trim());
        daemon.Docker("rename", "first", "second").Succeeds();
        using Process wait = Command.Start("docker", ["wait", "second"], daemon.ClientEnvironment());
        Thread.Sleep(200);
        daemon.Docker("kill", "second").Succeeds();
        Assert.Equal("137", wait.StandardOutput.ReadToEnd().Trim());
        Assert.Contains("Deleted Containers", daemon.Docker("container", "prune", "-f").Succeeds().Output, StringComparison.Ordinal);
        Assert.Empty(daemon.Docker("ps", "-aq", "--filter", "name=second").Succeeds().Output);
    }

    [Fact]
    public void Logs_are_chosen_by_time_and_number()
    {
        daemon.Docker("run", "--name", "logs", "--network", "none", "busybox", "sh", "-c", "echo one; echo two; sleep 2; echo three").Succeeds();
        Assert.Equal("three\n", daemon.Docker("logs", "--tail", "1", "logs").Succeeds().Output);
        Assert.Equal("one\ntwo\nthree\n", daemon.Docker("logs", "-f", "logs").Succeeds().Output);
        string stamped = daemon.Docker("logs", "-t", "--tail", "1", "logs").Succeeds().Output.Split(' ')[0];
        DateTimeOffset last = DateTimeOffset.Parse(stamped, CultureInfo.InvariantCulture);
        string between = (last - TimeSpan.FromSeconds(1)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        Assert.Equal("three\n", daemon.Docker("logs", "--since", between, "logs").Succeeds().Output);
        Assert.Equal("one\ntwo\n", daemon.Docker("logs", "--until", between, "logs").Succeeds().Output);
        daemon.Docker("rm", "logs").Succeeds();
    }

    [Fact]
    public async Task Many_runs_leave_nothing()
    {
        daemon.Docker("run", "--rm", "--network", "none", "busybox", "true").Succeeds();
        IReadOnlyList<string> before = Things();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Factory.StartNew(
            () =>
            {
                Command run = daemon.Docker("run", "--rm", "--network", "none", "busybox", "sh", "-c", $"echo {number}; exit {number}");
                Assert.Equal((number, $"{number}\n"), (run.ExitCode, run.Output));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        for (int number = 0; number < 60; number++)
        {
            daemon.Docker("run", "--rm", "--name", "again", "--network", "none", "busybox", "true").Succeeds();
        }

        var limit = Stopwatch.StartNew();
        while (Things().Except(before).Any() && limit.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Assert.Empty(Things().Except(before));
    }

    [Fact]
    public void A_second_daemon_on_the_same_data_is_refused()
    {
        Command second = Command.Run(Programs.Daemon, "-H", "unix://" + Path.Combine(daemon.Root, "second.sock"), "--data-root", Path.Combine(daemon.Disk, "wharf"), "--exec-root", Path.Combine(daemon.Root, "exec2"), "--pidfile", Path.Combine(daemon.Root, "second.pid"), "--containerd", daemon.ContainerdSocket);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another wharfd uses it", second.Error, StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Things() =>
    [
        .. daemon.Stored(),
        .. HostMounts.Below(daemon.Root),
        .. HostProcesses.Naming(daemon.Root).Where(id => HostProcesses.Executable(id) is "containerd-shim-wharf-v2" or "wharf-runc").Select(id => $"process {id}"),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(daemon.Root, "exec")),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(daemon.Disk, "wharf", "containers")),
    ];

    private void Await(string expected, params string[] arguments)
    {
        var limit = Stopwatch.StartNew();
        string seen;
        do
        {
            seen = daemon.Docker(arguments).Output.Trim();
            if (seen == expected)
            {
                return;
            }

            Thread.Sleep(50);
        }
        while (limit.Elapsed < TimeSpan.FromSeconds(20));

        Assert.Equal(expected, seen);
    }
}
