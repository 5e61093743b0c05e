using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Debian's dockerd, wharf-containerd below it, our shim in the place of runc's, and wharf-runc.</summary>
public sealed class DockerdOnOursTests(DockerdOnOurs fixture) : IClassFixture<DockerdOnOurs>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dockerd docker = fixture.Dockerd;
    private readonly string name = $"doo-{Guid.NewGuid():N}";

    [Fact]
    public void Run_at_a_terminal_and_exec_and_logs()
    {
        Command run = Command.Run("script", ["-qec", $"{Dockerd.DebianClient} run --rm -it --network none busybox:latest sh -c 'test -t 0 && echo terminal; exit 7'", "/dev/null"], environment: docker.ClientEnvironment());
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("terminal", run.Output, StringComparison.Ordinal);

        docker.Docker("run", "-d", "--name", name, "--network", "none", "busybox:latest", "sh", "-c", "echo out; echo wrong >&2; exec sleep 1000").Succeeds();
        Assert.Contains("containerd-shim-wharf-v2", fixture.ShimOf(docker.Docker("inspect", "-f", "{{.Id}}", name).Output.Trim()), StringComparison.Ordinal);
        Command exec = docker.Docker("exec", name, "sh", "-c", "echo inside; exit 4");
        Assert.Equal((4, "inside\n"), (exec.ExitCode, exec.Output));
        Command terminal = Command.Run("script", ["-qec", $"{Dockerd.DebianClient} exec -it {name} sh -c 'test -t 0 && echo terminal; exit 6'", "/dev/null"], environment: docker.ClientEnvironment());
        Assert.Equal(6, terminal.ExitCode);
        Until(() => docker.Docker("logs", name) is { Output: "out\n", Error: "wrong\n" }, "no logs");
        docker.Docker("rm", "-f", name).Succeeds();
    }

    [Fact]
    public void Stats_pause_update_top_and_kill()
    {
        docker.Docker("run", "-d", "--name", name, "--network", "none", "-m", "64m", "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Contains("/ 64MiB", docker.Docker("stats", "--no-stream", name).Succeeds().Output, StringComparison.Ordinal);
        docker.Docker("pause", name).Succeeds();
        Assert.Equal("paused\n", docker.Docker("inspect", "-f", "{{.State.Status}}", name).Output);
        docker.Docker("unpause", name).Succeeds();
        docker.Docker("update", "-m", "128m", "--memory-swap", "128m", name).Succeeds();
        Assert.Contains("/ 128MiB", docker.Docker("stats", "--no-stream", name).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("sleep 1000", docker.Docker("top", name).Succeeds().Output, StringComparison.Ordinal);
        docker.Docker("kill", name).Succeeds();
        Assert.Equal("137\n", docker.Docker("wait", name).Output);
        docker.Docker("rm", name).Succeeds();
    }

    [Fact]
    public void Restart_policies_and_want_of_memory()
    {
        docker.Docker("run", "-d", "--name", name, "--network", "none", "--restart", "on-failure:2", "busybox:latest", "sh", "-c", "exit 9").Succeeds();
        Until(() => docker.Docker("inspect", "-f", "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}", name).Output == "2 exited 9\n", "not started again");
        docker.Docker("rm", name).Succeeds();

        docker.Docker("run", "-d", "--name", name, "--network", "none", "-m", "16m", "--memory-swap", "16m", "busybox:latest", "sh", "-c", "a=x; while :; do a=$a$a; done").Succeeds();
        Assert.Equal("137\n", docker.Docker("wait", name).Output);
        Until(() => docker.Docker("inspect", "-f", "{{.State.OOMKilled}}", name).Output == "true\n", "nobody tells of the memory");
        docker.Docker("rm", name).Succeeds();
    }

    [Fact]
    public void Containers_outlive_dockerd_and_its_containerd()
    {
        docker.Docker("run", "-d", "--name", name, "--network", "none", "busybox:latest", "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.2; done").Succeeds();
        string pid = docker.Docker("inspect", "-f", "{{.State.Pid}}", name).Output;

        docker.Restart();
        Assert.Equal(pid, docker.Docker("inspect", "-f", "{{.State.Pid}}", name).Output);
        Grows();
        Assert.Equal("inside\n", docker.Docker("exec", name, "echo", "inside").Succeeds().Output);

        fixture.Containerd.Kill();
        fixture.Containerd.StartAgain();
        Until(() => docker.Docker("exec", name, "echo", "inside").Output == "inside\n", "no exec after containerd's restart");
        Assert.Equal(pid, docker.Docker("inspect", "-f", "{{.State.Pid}}", name).Output);
        Grows();

        Command.Run("kill", "-KILL", pid.Trim()).Succeeds();
        Assert.Equal("137\n", docker.Docker("wait", name).Output);
        docker.Docker("rm", name).Succeeds();
    }

    private void Grows()
    {
        int before = docker.Docker("logs", name).Succeeds().Output.Length;
        Until(() => docker.Docker("logs", name).Output.Length > before, "the log does not grow");
    }

    private static void Until(Func<bool> holds, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(limit.Elapsed < Patience, what);
            Thread.Sleep(50);
        }
    }
}
