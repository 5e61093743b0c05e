using System.Security.Cryptography;
using System.Text;
using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>What a client writes reaches the container's program, whole, and its end too.</summary>
public sealed class InputTests(DaemonFixture fixture) : IClassFixture<DaemonFixture>
{
    private readonly DaemonOnContainerd daemon = fixture.Daemon;

    [Fact]
    public void Short_input_is_there_before_the_program_is()
    {
        for (int number = 0; number < 5; number++)
        {
            Command run = daemon.Docker(["run", "-i", "--rm", "--network", "none", "busybox", "cat"], $"line {number}\n");
            Assert.Equal((0, $"line {number}\n"), (run.ExitCode, run.Output));
        }
    }

    [Fact]
    public void Ten_megabytes_come_back_unchanged()
    {
        string line = new('a', 99);
        var text = new StringBuilder();
        for (int number = 0; number < 100_000; number++)
        {
            text.Append(line).Append('\n');
        }

        string input = text.ToString();
        string expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(input)));

        Command run = daemon.Docker(["run", "-i", "--rm", "--network", "none", "busybox", "cat"], input);

        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(run.Succeeds().Output))));
    }

    [Fact]
    public void A_program_that_reads_nothing_ends_as_it_likes()
    {
        Command run = daemon.Docker(["run", "-i", "--rm", "--network", "none", "busybox", "sh", "-c", "exit 6"], new string('x', 300_000));

        Assert.Equal(6, run.ExitCode);
    }

    [Fact]
    public void An_execs_input_ends_it()
    {
        string id = daemon.Docker("run", "-d", "--network", "none", "busybox", "sleep", "1000").Succeeds().Output.Trim();

        Assert.Equal("5\n", daemon.Docker(["exec", "-i", id, "wc", "-c"], "four\n").Succeeds().Output);
        daemon.Docker("rm", "-f", id).Succeeds();
    }

    [Fact]
    public void A_slow_client_loses_nothing()
    {
        Command run = Command.Run(
            "/bin/sh",
            ["-c", "docker run --rm --network none busybox sh -c 'seq 1 700000' | (sleep 2; wc -l)"],
            environment: daemon.ClientEnvironment());

        Assert.Equal("700000", run.Succeeds().Output.Trim());
    }
}
