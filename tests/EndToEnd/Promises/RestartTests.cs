using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Promises;

/// <summary>Both daemons may be killed at any time: the container goes on, and nothing that it prints is lost.</summary>
public sealed class RestartTests : IDisposable
{
    // usleep is an applet of its own process; the counter is the shell's.
    private const string Counter = "trap 'exit 42' TERM; i=0; while :; do echo $i; i=$((i+1)); usleep 10000; done";
    private readonly Engine engine = new();

    public void Dispose() => engine.Dispose();

    [Fact]
    public void A_container_outlives_both_daemons_and_no_line_is_lost()
    {
        string id = engine.Wharf("run", "-d", "--name", "counter", "busybox:latest", "sh", "-c", Counter).Succeeds().Output.Trim();
        int process = ProcessId();
        AwaitLines(50);

        engine.KillDaemon();
        Thread.Sleep(700);
        Assert.True(HostProcesses.Lives(process), "the container died with wharfd");
        engine.KillContainerd();
        Thread.Sleep(700);
        Assert.True(HostProcesses.Lives(process), "the container died with wharf-containerd");
        engine.StartContainerd();
        engine.StartDaemon();

        Assert.Contains(id[..12], engine.Wharf("ps").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(process, ProcessId());
        Assert.Equal("ok", engine.Wharf("exec", "counter", "echo", "ok").Succeeds().Output.Trim());
        int seen = Lines().Length;
        AwaitLines(seen + 50);

        using (Process attached = engine.Open(Programs.Wharf, "attach", "--sig-proxy=false", "counter"))
        {
            string? line = attached.StandardOutput.ReadLine();
            attached.Kill();
            attached.WaitForExit();
            Assert.True(int.Parse(line!, CultureInfo.InvariantCulture) > 0);
        }

        using Process wait = engine.Open(Programs.Wharf, "wait", "counter");
        engine.Wharf("kill", "--signal", "TERM", "counter").Succeeds();
        Assert.Equal("42", wait.StandardOutput.ReadToEnd().Trim());
        Assert.True(wait.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal("42", engine.Wharf("inspect", "--format", "{{.State.ExitCode}}", "counter").Succeeds().Output.Trim());
        AssertCountsUp(Lines());
    }

    [Fact]
    public void An_exit_while_no_daemon_lives_is_reported_afterwards()
    {
        engine.Wharf("run", "-d", "--name", "brief", "busybox:latest", "sh", "-c", "sleep 2; echo the end; exit 9").Succeeds();
        int process = ProcessId("brief");

        engine.KillDaemon();
        engine.KillContainerd();
        var limit = Stopwatch.StartNew();
        while (HostProcesses.Lives(process) && limit.Elapsed < TimeSpan.FromSeconds(20))
        {
            Thread.Sleep(50);
        }

        Assert.False(HostProcesses.Lives(process));
        engine.StartContainerd();
        engine.StartDaemon();

        Assert.Equal("9", engine.Wharf("wait", "brief").Succeeds().Output.Trim());
        Assert.Equal("the end", engine.Wharf("logs", "brief").Succeeds().Output.Trim());
        Assert.Contains("Exited (9)", engine.Wharf("ps", "-a").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_created_before_a_kill_starts_after_it()
    {
        engine.Wharf("create", "--name", "later", "busybox:latest", "echo", "started").Succeeds();

        engine.KillDaemon();
        engine.KillContainerd();
        engine.StartContainerd();
        engine.StartDaemon();

        Assert.Equal("started", engine.Wharf("start", "-a", "later").Succeeds().Output.Trim());
    }

    private static void AssertCountsUp(string[] lines)
    {
        for (int number = 0; number < lines.Length; number++)
        {
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), lines[number]);
        }
    }

    private int ProcessId(string name = "counter") =>
        int.Parse(engine.Wharf("inspect", "--format", "{{.State.Pid}}", name).Succeeds().Output.Trim(), CultureInfo.InvariantCulture);

    private string[] Lines() => engine.Wharf("logs", "counter").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private void AwaitLines(int count)
    {
        var limit = Stopwatch.StartNew();
        while (Lines().Length < count)
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(30), $"only {Lines().Length} of {count} lines after {limit.Elapsed}");
            Thread.Sleep(100);
        }
    }
}
