using Wharf.Harness;

namespace Wharf.EndToEnd.Promises;

/// <summary>How a container ended comes back as with docker: the code and the words.</summary>
public sealed class ExitCodeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private readonly Engine engine = fixture.Engine;

    [Theory]
    [InlineData("wharf")]
    [InlineData("docker")]
    public void The_code_of_the_process_is_the_code_of_the_command(string client)
    {
        Assert.Equal(7, Run(client, "busybox:latest", "sh", "-c", "exit 7").ExitCode);
    }

    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("TERM", 143)]
    [InlineData("SEGV", 139)]
    public void A_death_by_signal_is_128_and_the_signal(string signal, int code)
    {
        // The first process of a pid namespace takes no deadly signal from inside: its child does.
        Assert.Equal(code, Run("wharf", "busybox:latest", "sh", "-c", $"sh -c 'kill -{signal} $$'; exit $?").ExitCode);

        string id = engine.Wharf("run", "-d", "busybox:latest", "sleep", "1000").Succeeds().Output.Trim();
        try
        {
            engine.Wharf("kill", "--signal", "KILL", id).Succeeds();
            Assert.Equal("137", engine.Wharf("wait", id).Succeeds().Output.Trim());
        }
        finally
        {
            engine.Wharf("rm", "-f", id);
        }
    }

    [Theory]
    [InlineData("wharf")]
    [InlineData("docker")]
    public void A_program_that_does_not_exist_is_127(string client)
    {
        Command run = Run(client, "busybox:latest", "nope");

        Assert.Equal(127, run.ExitCode);
        Assert.Contains("failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("exec: \"nope\": executable file not found in $PATH", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wharf")]
    [InlineData("docker")]
    public void A_file_that_cannot_be_executed_is_126(string client)
    {
        Command run = Run(client, "busybox:latest", "/etc/passwd");

        Assert.Equal(126, run.ExitCode);
        Assert.Contains("exec: \"/etc/passwd\": permission denied", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_out_of_memory_says_so()
    {
        Command run = engine.Wharf("run", "--name", "greedy", "--memory", "16m", "--memory-swap", "16m", "busybox:latest", "sh", "-c", "a=x; while :; do a=$a$a; done");
        try
        {
            Assert.Equal(137, run.ExitCode);
            Assert.Equal("true", engine.Wharf("inspect", "--format", "{{.State.OOMKilled}}", "greedy").Succeeds().Output.Trim());
        }
        finally
        {
            engine.Wharf("rm", "-f", "greedy");
        }
    }

    [Fact]
    public void A_failed_start_leaves_nothing_but_the_container_itself()
    {
        LeakCheck leaks = LeakCheck.Begin(engine);

        Assert.Equal(127, Run("wharf", "busybox:latest", "nope").ExitCode);

        leaks.End();
    }

    private Command Run(string client, params string[] arguments) =>
        engine.Client(client == "wharf" ? Programs.Wharf : client, ["run", "--rm", .. arguments]);
}
