using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>What containers use, told by both clients, and what ps says of their processes.</summary>
public sealed class StatsTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"s-{Guid.NewGuid():N}";

    public static TheoryData<string> Clients => ["wharf", "docker"];

    public void Dispose() => engine.Wharf("rm", "-f", name);

    [Theory]
    [MemberData(nameof(Clients))]
    public void One_look_shows_processor_memory_network_and_processes(string client)
    {
        // Busy, with pages of its own, two processes besides the shell, and something received.
        Run(client, "run", "-d", "--name", name, "--memory", "64m", "busybox:latest", "sh", "-c", $"ping -c 3 {engine.Subnet.Split('/')[0]} >/dev/null; dd if=/dev/zero of=/file bs=1M count=8 2>/dev/null; sleep 1000 & while :; do :; done").Succeeds();
        Thread.Sleep(4000);

        JsonElement stats = JsonDocument.Parse(Run(client, "stats", "--no-stream", "--format", "{{json .}}", name).Succeeds().Output).RootElement;

        Assert.Equal(name, stats.GetProperty("Name").GetString());
        Assert.InRange(Percent(stats, "CPUPerc"), 5, 400);
        Assert.EndsWith(" / 64MiB", stats.GetProperty("MemUsage").GetString(), StringComparison.Ordinal);
        Assert.InRange(Percent(stats, "MemPerc"), 0.01, 100);
        Assert.DoesNotContain("0B /", stats.GetProperty("NetIO").GetString(), StringComparison.Ordinal);
        Assert.Equal("2", stats.GetProperty("PIDs").GetString());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_stream_goes_on(string client)
    {
        Run(client, "run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();
        using System.Diagnostics.Process stats = engine.Open(Program(client), "stats", "--format", "{{.Name}} {{.PIDs}}", name);
        try
        {
            // The client repeats what it knows; a few of them are enough to see that it goes on.
            int seen = 0;
            while (seen < 4)
            {
                string line = stats.StandardOutput.ReadLine() ?? throw new InvalidOperationException("ended: " + stats.StandardError.ReadToEnd());
                seen += line.Contains($"{name} 1", StringComparison.Ordinal) ? 1 : 0;
            }

            // docker's client shows what is gone for ever; ours has nothing more to show.
            engine.Wharf("rm", "-f", name).Succeeds();
            Assert.True(client == "docker" || stats.WaitForExit(TimeSpan.FromSeconds(20)), "stats goes on for a container that is gone");
        }
        finally
        {
            stats.Kill();
            stats.WaitForExit();
        }
    }

    [Fact]
    public void The_stream_of_the_api_ends_with_the_container()
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();
        using System.Diagnostics.Process curl = Command.Start("curl", ["--silent", "--no-buffer", "--max-time", "30", "--unix-socket", engine.Socket, $"http://localhost/containers/{name}/stats"]);

        Assert.Contains("\"pids_stats\":{\"current\":1", curl.StandardOutput.ReadLine(), StringComparison.Ordinal);
        Assert.Contains("\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":", curl.StandardOutput.ReadLine(), StringComparison.Ordinal);
        engine.Wharf("rm", "-f", name).Succeeds();
        curl.StandardOutput.ReadToEnd();
        curl.WaitForExit();

        Assert.Equal(0, curl.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Without_names_those_that_run_are_looked_at(string client)
    {
        Run(client, "run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Contains(name, Run(client, "stats", "--no-stream", "--format", "{{.Name}}").Succeeds().Output.Split('\n'));
        Assert.Equal(1, Run(client, "stats", "--no-stream", "nobody").ExitCode);
    }

    [Fact]
    public void The_documents_of_the_api_have_dockers_fields()
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        JsonElement two = Curl($"/containers/{name}/stats?stream=false");
        JsonElement one = Curl($"/containers/{name}/stats?stream=false&one-shot=true");
        engine.Wharf("kill", name).Succeeds();
        engine.Wharf("wait", name).Succeeds();
        JsonElement ended = Curl($"/containers/{name}/stats?stream=false");

        Assert.True(two.GetProperty("precpu_stats").GetProperty("system_cpu_usage").GetInt64() < two.GetProperty("cpu_stats").GetProperty("system_cpu_usage").GetInt64());
        Assert.Equal(0, one.GetProperty("precpu_stats").GetProperty("cpu_usage").GetProperty("total_usage").GetInt64());
        Assert.True(one.GetProperty("cpu_stats").GetProperty("cpu_usage").GetProperty("total_usage").GetInt64() > 0);
        Assert.True(one.GetProperty("memory_stats").GetProperty("usage").GetInt64() > 0);
        Assert.Equal(1, one.GetProperty("pids_stats").GetProperty("current").GetInt64());
        Assert.True(one.GetProperty("networks").TryGetProperty("eth0", out _));
        Assert.Equal("0001-01-01T00:00:00Z", ended.GetProperty("read").GetString());
        Assert.Equal("/" + name, ended.GetProperty("name").GetString());
        Assert.Contains("cannot have stream=true and one-shot=true", Curl($"/containers/{name}/stats?stream=1&one-shot=1").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wharf", "aux", "COMMAND")]
    [InlineData("docker", "aux", "COMMAND")]
    [InlineData("wharf", "-o pid,args", "COMMAND")]
    [InlineData("docker", "-eo pid,ppid,comm", "COMMAND")]
    public void Top_takes_the_options_of_ps(string client, string options, string title)
    {
        Run(client, "run", "-d", "--name", name, "busybox:latest", "sh", "-c", "sleep 1234 & exec sleep 1235").Succeeds();

        string[] lines = Run(client, ["top", name, .. (options == "-o pid,args" ? "-eo pid,args" : options).Split(' ')]).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.EndsWith(title, lines[0].TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.All(lines[1..], line => Assert.Contains("sleep", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_that_ps_does_not_know_are_told()
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Contains("Error running ps: exit status 1", engine.Wharf("top", name, "--no-such-option").Error, StringComparison.Ordinal);
        Assert.Contains("Couldn't find PID field in ps output", engine.Wharf("top", name, "-eo", "comm").Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void An_update_changes_the_limits_of_a_running_container(string client)
    {
        Run(client, "run", "-d", "--name", name, "--memory", "64m", "--memory-swap", "64m", "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Equal(name, Run(client, "update", "--memory", "32m", "--memory-swap", "32m", "--restart", "on-failure:2", name).Succeeds().Output.Trim());

        Assert.Equal("33554432 on-failure 2", Run(client, "inspect", "--format", "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}", name).Succeeds().Output.Trim());
        Assert.Equal("33554432", Run(client, "exec", name, "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max").Succeeds().Output.Trim());
        Command nothing = Run("wharf", "update", name);
        Assert.Equal((1, "you must provide one or more flags when using this command\n"), (nothing.ExitCode, nothing.Error));
    }

    private static double Percent(JsonElement stats, string field) => double.Parse(stats.GetProperty(field).GetString()!.TrimEnd('%'), CultureInfo.InvariantCulture);

    private static string Program(string client) => client == "wharf" ? Programs.Wharf : client;

    private Command Run(string client, params string[] arguments) => engine.Client(Program(client), arguments);

    private JsonElement Curl(string path) =>
        JsonDocument.Parse(Command.Run("curl", "--silent", "--unix-socket", engine.Socket, "http://localhost" + path).Succeeds().Output).RootElement;
}
