using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>SIGKILL of wharfd or containerd under running containers: nothing that they print is lost, their end is reported.</summary>
public sealed class RestartTests : IDisposable
{
    private const string Counter = "trap 'exit 42' TERM; i=0; while :; do echo $i; i=$((i+1)); usleep 10000; done";
    private readonly DaemonOnContainerd daemon = new(null, "--default-runtime", Programs.Shim, "--bridge", "none");

    public void Dispose() => daemon.Dispose();

    [Fact]
    public void A_counter_goes_on_without_the_daemon()
    {
        Start("counter", "sh", "-c", Counter);
        AwaitLines("counter", 30);
        for (int kill = 0; kill < 5; kill++)
        {
            int seen = Lines("counter").Length;
            daemon.KillDaemon();
            Thread.Sleep(300);
            daemon.StartDaemonAgain();
            AwaitLines("counter", seen + 40);
        }

        Assert.Equal("ok", daemon.Docker("exec", "counter", "echo", "ok").Succeeds().Output.Trim());
        using (Process attached = Command.Start("docker", ["attach", "--no-stdin", "--sig-proxy=false", "counter"], daemon.ClientEnvironment()))
        {
            Assert.True(int.Parse(attached.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture) > 0);
            attached.Kill();
            attached.WaitForExit();
        }

        using Process wait = Command.Start("docker", ["wait", "counter"], daemon.ClientEnvironment());
        Thread.Sleep(200);
        daemon.Docker("kill", "--signal", "TERM", "counter").Succeeds();
        Assert.Equal("42", wait.StandardOutput.ReadToEnd().Trim());
        AssertCountsUp(Lines("counter"));
    }

    [Fact]
    public void A_flood_goes_on_without_the_daemon_line_by_line()
    {
        Start("flood", "sh", "-c", "seq 1 400000; echo the end");
        for (int kill = 0; kill < 8; kill++)
        {
            Thread.Sleep(60);
            daemon.KillDaemon();
            daemon.StartDaemonAgain();
        }

        Assert.Equal("0", daemon.Docker("wait", "flood").Succeeds().Output.Trim());
        string[] lines = Lines("flood");
        Assert.Equal("the end", lines[^1]);
        AssertCountsUp(lines[..^1], 1);
        Assert.Equal(400_001, lines.Length);
    }

    [Fact]
    public void A_line_that_is_not_ended_yet_outlives_the_daemon()
    {
        Start("half", "sh", "-c", "printf half; sleep 2; echo ' and half'");
        Thread.Sleep(500);
        daemon.KillDaemon();
        daemon.StartDaemonAgain();

        Assert.Equal("0", daemon.Docker("wait", "half").Succeeds().Output.Trim());
        Assert.Equal("half and half\n", daemon.Docker("logs", "half").Succeeds().Output);
    }

    [Fact]
    public void An_end_while_the_daemon_was_away_is_reported()
    {
        Start("brief", "sh", "-c", "sleep 1; echo the end; exit 9");
        int process = ProcessId("brief");
        daemon.KillDaemon();
        AwaitEnd(process);
        DateTimeOffset ended = DateTimeOffset.UtcNow;
        Thread.Sleep(1500);
        daemon.StartDaemonAgain();

        Assert.Equal("9", daemon.Docker("wait", "brief").Succeeds().Output.Trim());
        Assert.Equal("the end\n", daemon.Docker("logs", "brief").Succeeds().Output);
        string finished = daemon.Docker("inspect", "--format", "{{.State.FinishedAt}}", "brief").Succeeds().Output.Trim();
        Assert.True(DateTimeOffset.Parse(finished, CultureInfo.InvariantCulture) < ended + TimeSpan.FromSeconds(1), finished);
    }

    [Fact]
    public void Input_can_be_attached_again_and_ends()
    {
        daemon.Docker("run", "-d", "-i", "--name", "listener", "--network", "none", "busybox", "sh", "-c", "read a; echo got $a; read b; echo got $b").Succeeds();
        Type("listener", "one\n");
        AwaitLines("listener", 1);
        daemon.KillDaemon();
        daemon.StartDaemonAgain();
        Type("listener", "two\n");

        Assert.Equal("0", daemon.Docker("wait", "listener").Succeeds().Output.Trim());
        Assert.Equal("got one\ngot two\n", daemon.Docker("logs", "listener").Succeeds().Output);
    }

    [Fact]
    public void Containers_outlive_containerd_and_wharfd_finds_it_again()
    {
        Start("counter", "sh", "-c", Counter);
        Start("brief", "sh", "-c", "sleep 1; exit 9");
        int brief = ProcessId("brief");
        daemon.KillContainerd();
        AwaitEnd(brief);
        Assert.Contains("counter", daemon.Docker("ps").Succeeds().Output, StringComparison.Ordinal);
        daemon.StartContainerdAgain();

        Assert.Equal("9", daemon.Docker("wait", "brief").Succeeds().Output.Trim());
        Assert.Equal("ok", daemon.Docker("exec", "counter", "echo", "ok").Succeeds().Output.Trim());
        daemon.Docker("kill", "--signal", "TERM", "counter").Succeeds();
        Assert.Equal("42", daemon.Docker("wait", "counter").Succeeds().Output.Trim());
        AssertCountsUp(Lines("counter"));
    }

    [Fact]
    public void The_daemon_starts_while_containerd_is_away()
    {
        Start("counter", "sh", "-c", Counter);
        daemon.KillDaemon();
        daemon.KillContainerd();
        daemon.StartDaemonAgain();
        Assert.Contains("counter", daemon.Docker("ps").Succeeds().Output, StringComparison.Ordinal);
        Command away = daemon.Docker("exec", "counter", "true");
        Assert.NotEqual(0, away.ExitCode);
        daemon.StartContainerdAgain();

        Assert.Equal("ok", daemon.Docker("exec", "counter", "echo", "ok").Succeeds().Output.Trim());
        daemon.Docker("kill", "--signal", "TERM", "counter").Succeeds();
        Assert.Equal("42", daemon.Docker("wait", "counter").Succeeds().Output.Trim());
        AssertCountsUp(Lines("counter"));
    }

    [Fact]
    public void Asked_to_end_the_daemon_ends_and_its_containers_go_on()
    {
        Start("counter", "sh", "-c", Counter);
        int process = ProcessId("counter");
        using Process events = Command.Start("docker", ["events"], daemon.ClientEnvironment());
        using Process logs = Command.Start("docker", ["logs", "-f", "counter"], daemon.ClientEnvironment());
        using Process wait = Command.Start("docker", ["wait", "counter"], daemon.ClientEnvironment());
        logs.StandardOutput.ReadLine();

        Assert.True(daemon.StopDaemon(), "wharfd waits for its clients");
        Assert.False(File.Exists(Path.Combine(daemon.Root, "wharfd.pid")));
        Assert.True(HostProcesses.Lives(process), "the container ended with wharfd");
        daemon.StartDaemonAgain();
        Assert.Equal(process, ProcessId("counter"));
        AssertCountsUp(Lines("counter"));
        foreach (Process client in new[] { events, logs, wait })
        {
            client.Kill();
        }
    }

    private void Type(string name, string text)
    {
        using Process attached = Command.Start("docker", ["attach", "--sig-proxy=false", name], daemon.ClientEnvironment());
        attached.StandardInput.Write(text);
        attached.StandardInput.Flush();
        attached.StandardOutput.ReadLine();
        attached.Kill();
        attached.WaitForExit();
    }

    private static void AssertCountsUp(string[] lines, int first = 0)
    {
        for (int number = 0; number < lines.Length; number++)
        {
            Assert.Equal((number + first).ToString(CultureInfo.InvariantCulture), lines[number]);
        }
    }

    private static void AwaitEnd(int process)
    {
        var limit = Stopwatch.StartNew();
        while (HostProcesses.Lives(process))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(30), "still running");
            Thread.Sleep(20);
        }
    }

    private void Start(string name, params string[] command) =>
        daemon.Docker(["run", "-d", "--name", name, "--network", "none", "busybox", .. command]).Succeeds();

    private int ProcessId(string name) =>
        int.Parse(daemon.Docker("inspect", "--format", "{{.State.Pid}}", name).Succeeds().Output.Trim(), CultureInfo.InvariantCulture);

    private string[] Lines(string name) => daemon.Docker("logs", name).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private void AwaitLines(string name, int count)
    {
        var limit = Stopwatch.StartNew();
        while (Lines(name).Length < count)
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(30), $"only {Lines(name).Length} of {count} lines");
            Thread.Sleep(50);
        }
    }
}
