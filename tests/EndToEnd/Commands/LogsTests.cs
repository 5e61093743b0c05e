using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>Logs: how much of them, since when, with what, and in how many files.</summary>
public sealed class LogsTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"l-{Guid.NewGuid():N}";

    public static TheoryData<string> Clients => ["wharf", "docker"];

    public void Dispose() => engine.Wharf("rm", "-f", name);

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_last_lines_of_both_streams(string client)
    {
        Run(client, "run", "--name", name, "busybox:latest", "sh", "-c", "for i in 1 2 3; do echo out $i; usleep 20000; echo err $i >&2; usleep 20000; done");

        Assert.Equal(("out 3\n", "err 2\nerr 3\n"), Streams(Run(client, "logs", "--tail", "3", name).Succeeds()));
        Assert.Equal(("", ""), Streams(Run(client, "logs", "--tail", "0", name).Succeeds()));
        Assert.Equal(("out 1\nout 2\nout 3\n", "err 1\nerr 2\nerr 3\n"), Streams(Run(client, "logs", "--tail", "100", name).Succeeds()));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Between_two_moments(string client)
    {
        Run(client, "run", "--name", name, "busybox:latest", "sh", "-c", "echo early; sleep 2; echo late; sleep 2; echo latest").Succeeds();
        string[] times = [.. Run(client, "logs", "-t", name).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];
        Assert.All(times, time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$", time));
        string between = DateTimeOffset.Parse(times[0], CultureInfo.InvariantCulture).AddSeconds(1).ToString("o", CultureInfo.InvariantCulture);
        string then = DateTimeOffset.Parse(times[1], CultureInfo.InvariantCulture).AddSeconds(1).ToString("o", CultureInfo.InvariantCulture);

        Assert.Equal("late\nlatest\n", Run(client, "logs", "--since", between, name).Succeeds().Output);
        Assert.Equal("early\nlate\n", Run(client, "logs", "--until", then, name).Succeeds().Output);
        Assert.Equal("late\n", Run(client, "logs", "--since", between, "--until", then, name).Succeeds().Output);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_follower_ends_when_its_time_is_over(string client)
    {
        Run(client, "run", "-d", "--name", name, "busybox:latest", "sh", "-c", "echo one; sleep 1000").Succeeds();
        string until = DateTimeOffset.UtcNow.AddSeconds(2).ToString("o", CultureInfo.InvariantCulture);

        Assert.Equal("one\n", Run(client, "logs", "-f", "--until", until, name).Succeeds().Output);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Details_are_the_labels_and_variables_that_the_log_was_told_to_keep(string client)
    {
        Run(client, "run", "--name", name, "--log-opt", "labels=tier", "--log-opt", "env=WHO", "-l", "tier=web 1", "-l", "other=x", "-e", "WHO=me", "-e", "NOT=me", "busybox:latest", "echo", "said").Succeeds();

        Assert.Equal("WHO=me,tier=web+1 said\n", Run(client, "logs", "--details", name).Succeeds().Output);
        Assert.Equal("said\n", Run(client, "logs", name).Succeeds().Output);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_log_with_a_size_keeps_so_many_files_and_its_end(string client)
    {
        Run(client, "run", "--name", name, "--log-driver", "json-file", "--log-opt", "max-size=20k", "--log-opt", "max-file=3", "busybox:latest", "seq", "1", "5000").Succeeds();

        string[] files = Directory.GetFiles(Path.Combine(engine.Root, "lib-wharf", "containers", Id()), "*-json.log*");
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 21_000));
        int[] kept = [.. Run(client, "logs", name).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(kept[0], 5000 - kept[0] + 1), kept);
        Assert.InRange(kept.Length, 400, 1200);
        Assert.Equal(string.Concat(Enumerable.Range(4501, 500).Select(number => $"{number}\n")), Run(client, "logs", "--tail", "500", name).Succeeds().Output);
    }

    [Fact]
    public void A_follower_reads_on_over_new_files()
    {
        engine.Wharf("run", "-d", "-i", "--name", name, "--log-opt", "max-size=4k", "--log-opt", "max-file=2", "busybox:latest", "sh", "-c", "i=1; while [ $i -le 600 ]; do echo $i; i=$((i + 1)); usleep 3000; done").Succeeds();

        Command logs = engine.Wharf("logs", "-f", name).Succeeds();

        Assert.Equal(string.Concat(Enumerable.Range(1, 600).Select(number => $"{number}\n")), logs.Output);
    }

    [Fact]
    public void A_log_that_is_cut_survives_a_killed_daemon()
    {
        using var own = new Engine();
        own.Wharf("run", "-d", "--name", name, "--log-opt", "max-size=8k", "--log-opt", "max-file=100", "busybox:latest", "sh", "-c", "i=1; while [ $i -le 1500 ]; do echo $i; i=$((i + 1)); usleep 2000; done").Succeeds();
        for (int kill = 0; kill < 3; kill++)
        {
            Thread.Sleep(400);
            own.KillDaemon();
            own.StartDaemon();
        }

        Assert.Equal("0", own.Wharf("wait", name).Succeeds().Output.Trim());

        Assert.Equal(string.Concat(Enumerable.Range(1, 1500).Select(number => $"{number}\n")), own.Wharf("logs", name).Succeeds().Output);
    }

    [Theory]
    [InlineData("logger: no log driver named 'nowhere' is registered", "--log-driver", "nowhere")]
    [InlineData("unknown log opt 'max-sise' for local log driver", "--log-opt", "max-sise=1m")]
    [InlineData("max-file cannot be less than 1", "--log-opt", "max-file=0")]
    [InlineData("max-size must be a positive number", "--log-opt", "max-size=0")]
    [InlineData("invalid size: 'big'", "--log-opt", "max-size=big")]
    public void What_no_log_can_do_is_refused(string words, params string[] flags)
    {
        Command run = engine.Wharf(["run", "--rm", .. flags, "busybox:latest", "true"]);

        Assert.Equal(125, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Without_a_log_the_output_is_still_the_clients(string client)
    {
        Assert.Equal("heard\n", Run(client, "run", "--name", name, "--log-driver", "none", "busybox:latest", "echo", "heard").Succeeds().Output);

        Command logs = Run(client, "logs", name);
        Assert.Equal(1, logs.ExitCode);
        Assert.Contains("configured logging driver does not support reading", logs.Error, StringComparison.Ordinal);
    }

    private static (string Output, string Error) Streams(Command command) => (command.Output, command.Error);

    private string Id() => engine.Wharf("inspect", "--format", "{{.Id}}", name).Succeeds().Output.Trim();

    private Command Run(string client, params string[] arguments) => engine.Client(client == "wharf" ? Programs.Wharf : client, arguments);
}
