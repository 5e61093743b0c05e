using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>Debian's dockerd, containerd and shim above wharf-runc: dockerd --add-runtime, docker run --runtime.</summary>
public sealed class DockerdTests : IClassFixture<WharfRuncDockerd>, IDisposable
{
    private readonly Dockerd dockerd;
    private readonly string name = $"dd-{Guid.NewGuid():N}";

    public DockerdTests(WharfRuncDockerd fixture) => dockerd = fixture.Dockerd;

    public void Dispose() => dockerd.Docker("rm", "--force", name);

    [Fact]
    public void Run_gives_both_streams_and_the_code()
    {
        Command run = Container(["--rm"], "sh", "-c", "echo out; echo wrong >&2; exit 3");

        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("nope", 127, "exec: \"nope\": executable file not found in $PATH")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    public void A_program_that_cannot_be_executed_is_named(string program, int code, string words)
    {
        Command run = Container(["--rm"], program);

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_at_a_terminal()
    {
        Command run = AtTerminal($"run -it --rm --name {name} --runtime wharf --network none busybox:latest sh -c 'test -t 0 && echo terminal; exit 5'");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("terminal\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_with_pipes_and_at_a_terminal()
    {
        Sleep();

        Command plain = dockerd.Docker("exec", "--user", "1:1", name, "sh", "-c", "id -u; exit 4");
        Command terminal = AtTerminal($"exec -it {name} sh -c 'test -t 0 && echo terminal; exit 6'");

        Assert.Equal((4, "1\n"), (plain.ExitCode, plain.Output));
        Assert.Equal(6, terminal.ExitCode);
        Assert.Contains("terminal\n", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Stats_and_top_read_the_cgroup_and_the_processes()
    {
        Sleep("--memory", "64m");

        Assert.EndsWith("/ 64MiB 1", dockerd.Docker("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", name).Succeeds().Output.Trim(), StringComparison.Ordinal);
        Assert.Contains("sleep 1000", dockerd.Docker("top", name).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_and_unpause()
    {
        Sleep();

        dockerd.Docker("pause", name).Succeeds();
        Assert.Equal("paused", State("{{.State.Status}}"));
        dockerd.Docker("unpause", name).Succeeds();
        Assert.Equal("running", State("{{.State.Status}}"));
        Assert.Equal("inside\n", dockerd.Docker("exec", name, "echo", "inside").Succeeds().Output);
    }

    [Fact]
    public void Update_changes_the_limits()
    {
        Sleep("--memory", "64m", "--memory-swap", "64m");

        dockerd.Docker("update", "--memory", "32m", "--memory-swap", "32m", "--pids-limit", "50", name).Succeeds();

        Assert.EndsWith("/ 32MiB", dockerd.Docker("stats", "--no-stream", "--format", "{{.MemUsage}}", name).Succeeds().Output.Trim(), StringComparison.Ordinal);
        Assert.Equal("50", State("{{.HostConfig.PidsLimit}}"));
    }

    [Fact]
    public void Kill_ends_it_with_137_and_no_want_of_memory()
    {
        Sleep("--memory", "16m");

        dockerd.Docker("kill", name).Succeeds();

        Assert.Equal("137", dockerd.Docker("wait", name).Succeeds().Output.Trim());
        Assert.Equal("false", State("{{.State.OOMKilled}}"));
    }

    [Fact]
    public void Stop_is_heard_by_the_program()
    {
        Container(["-d"], "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do usleep 50000; done").Succeeds();
        Await(() => dockerd.Docker("logs", name).Output, "ready");

        dockerd.Docker("stop", "--time", "60", name).Succeeds();

        Assert.Equal("9", State("{{.State.ExitCode}}"));
    }

    [Fact]
    public void Out_of_memory_is_137()
    {
        Command run = Container(["--memory", "16m", "--memory-swap", "16m"], "sh", "-c", "a=x; while :; do a=$a$a; done");

        Assert.Equal(137, run.ExitCode);
    }

    [Fact]
    public void Out_of_memory_is_told()
    {
        // The container goes on: its shim tells of the end and of memory in no promised order.
        Container(["-d", "--memory", "16m", "--memory-swap", "16m"], "sh", "-c", "sh -c 'a=x; while :; do a=$a$a; done'; echo code $?; exec sleep 1000").Succeeds();
        Await(() => dockerd.Docker("logs", name).Output, "code 137");
        Await(Events, " oom ");

        dockerd.Docker("kill", name).Succeeds();

        Await(() => State("{{.State.Status}}"), "exited");
        Assert.Equal("true", State("{{.State.OOMKilled}}"));
    }

    [Fact]
    public void A_health_check_tells_the_two_states()
    {
        Sleep("--health-cmd", "test -e /well", "--health-interval", "1s", "--health-retries", "1");

        Await(() => State("{{.State.Health.Status}}"), "unhealthy");
        dockerd.Docker("exec", name, "touch", "/well").Succeeds();
        Await(() => State("{{.State.Health.Status}} now").Replace("unhealthy", "ill", StringComparison.Ordinal), "healthy");
    }

    [Fact]
    public void A_container_starts_again()
    {
        Container([], "sh", "-c", "echo begun; test -e /again && exit 8; : > /again").Succeeds();

        Command again = dockerd.Docker("start", "--attach", name);

        Assert.Equal((8, "begun\n"), (again.ExitCode, again.Output));
    }

    private Command Container(string[] flags, params string[] command) =>
        dockerd.Docker(["run", "--name", name, "--runtime", "wharf", "--network", "none", .. flags, "busybox:latest", .. command]);

    private void Sleep(params string[] flags) => Container(["-d", .. flags], "sleep", "1000").Succeeds();

    private string State(string format) => dockerd.Docker("inspect", "--format", format, name).Succeeds().Output.Trim();

    private string Events()
    {
        string now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return dockerd.Docker("events", "--since", "1", "--until", now, "--filter", $"container={name}").Succeeds().Output;
    }

    private Command AtTerminal(string command) => dockerd.Client("script", ["-qec", $"{Dockerd.DebianClient} {command}", "/dev/null"]);

    private static void Await(Func<string> look, string words)
    {
        var limit = Stopwatch.StartNew();
        for (string seen = look(); !seen.Contains(words, StringComparison.Ordinal); seen = look())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), $"\"{words}\" is not in \"{seen}\"");
            Thread.Sleep(50);
        }
    }
}
