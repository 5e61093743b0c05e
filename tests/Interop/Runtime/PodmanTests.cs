using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>Debian's podman and conmon above wharf-runc: podman --runtime.</summary>
public sealed class PodmanTests : IClassFixture<PodmanFixture>, IDisposable
{
    private readonly Podman podman;
    private readonly string name = $"pd-{Guid.NewGuid():N}";

    public PodmanTests(PodmanFixture fixture) => podman = fixture.Podman;

    public void Dispose() => podman.Run("rm", "--force", "--ignore", "--time", "0", name);

    [Fact]
    public void Run_gives_both_streams_and_the_code()
    {
        Command run = podman.Container(["--rm", "--name", name], "sh", "-c", "echo out; echo wrong >&2; exit 3");

        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("nope", 127)]
    [InlineData("/etc/passwd", 126)]
    public void A_program_that_cannot_be_executed_gives_the_code_of_shells(string program, int code) =>
        Assert.Equal(code, podman.Container(["--rm", "--name", name], program).ExitCode);

    [Fact]
    public void Run_at_a_terminal()
    {
        Command run = podman.AtTerminal($"run -it --rm --name {name} --network none --cgroup-parent {podman.CgroupParent} busybox:latest sh -c 'test -t 0 && echo terminal; exit 5'");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("terminal\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_with_pipes_and_at_a_terminal()
    {
        Sleep();

        Command plain = podman.Run("exec", "--user", "1:1", name, "sh", "-c", "id -u; exit 4");
        Command terminal = podman.AtTerminal($"exec -it {name} sh -c 'test -t 0 && echo terminal; exit 6'");

        Assert.Equal((4, "1\n"), (plain.ExitCode, plain.Output));
        Assert.Equal(6, terminal.ExitCode);
        Assert.Contains("terminal\n", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Stats_and_top_read_the_cgroup_and_the_processes()
    {
        Sleep("--memory", "64m");

        Assert.EndsWith("/ 67.11MB 1", podman.Run("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", name).Succeeds().Output.Trim(), StringComparison.Ordinal);
        Assert.Contains("sleep 1000", podman.Run("top", name, "args").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_and_unpause()
    {
        Sleep();

        podman.Run("pause", name).Succeeds();
        Assert.Equal("paused", State("{{.State.Status}}"));
        podman.Run("unpause", name).Succeeds();
        Assert.Equal("running", State("{{.State.Status}}"));
        Assert.Equal("inside\n", podman.Run("exec", name, "echo", "inside").Succeeds().Output);
    }

    [Fact]
    public void Update_changes_the_limit()
    {
        Sleep("--memory", "64m");

        podman.Run("update", "--memory", "32m", name).Succeeds();

        Assert.Contains("33554432", HostCgroups.Below(podman.CgroupParent)
            .SelectMany(folder => new[] { "memory.limit_in_bytes", "memory.max" }.Select(file => Path.Combine(folder, file)))
            .Where(File.Exists)
            .Select(file => File.ReadAllText(file).Trim()));
    }

    [Fact]
    public void Kill_ends_it_with_137()
    {
        Sleep();

        podman.Run("kill", name).Succeeds();

        Assert.Equal("137", podman.Run("wait", name).Succeeds().Output.Trim());
    }

    [Fact]
    public void Stop_is_heard_by_the_program()
    {
        podman.Container(["-d", "--name", name], "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do usleep 50000; done").Succeeds();
        AwaitLine("ready");

        podman.Run("stop", "--time", "60", name).Succeeds();

        Assert.Equal("9", State("{{.State.ExitCode}}"));
    }

    [Fact]
    public void Out_of_memory_is_137()
    {
        Command run = podman.Container(["--name", name, "--memory", "16m", "--memory-swap", "16m"], "sh", "-c", "a=x; while :; do a=$a$a; done");

        Assert.Equal(137, run.ExitCode);
    }

    [Fact]
    public void A_health_check_tells_the_two_states()
    {
        // Without an interval nothing is asked of systemd.
        Sleep("--health-cmd", "test -e /well", "--health-interval", "disable");

        Assert.Equal(1, podman.Run("healthcheck", "run", name).ExitCode);
        podman.Run("exec", name, "touch", "/well").Succeeds();
        podman.Run("healthcheck", "run", name).Succeeds();
        Assert.Equal("healthy", State("{{.State.Health.Status}}"));
    }

    [Fact]
    public void A_container_starts_again()
    {
        podman.Container(["--name", name], "sh", "-c", "echo begun; test -e /again && exit 8; : > /again").Succeeds();

        Command again = podman.Run("start", "--attach", name);

        Assert.Equal((8, "begun\n"), (again.ExitCode, again.Output));
    }

    private void Sleep(params string[] flags) => podman.Container(["-d", "--name", name, .. flags], "sleep", "1000").Succeeds();

    private string State(string format) => podman.Run("inspect", "--format", format, name).Succeeds().Output.Trim();

    private void AwaitLine(string line)
    {
        var limit = Stopwatch.StartNew();
        while (!podman.Run("logs", name).Output.Contains(line, StringComparison.Ordinal))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), $"no \"{line}\" in the logs");
            Thread.Sleep(50);
        }
    }
}
