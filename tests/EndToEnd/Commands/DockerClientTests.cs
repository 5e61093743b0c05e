using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>The docker client and ours run the same commands against wharfd.</summary>
public sealed class DockerClientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private readonly Engine engine = fixture.Engine;

    public static TheoryData<string> Clients => ["wharf", "docker"];

    [Theory]
    [MemberData(nameof(Clients))]
    public void Version_and_info_answer(string client)
    {
        Assert.Contains("API version", Run(client, "version").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("Storage Driver", Run(client, "info").Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Run_gives_both_streams_and_takes_input(string client)
    {
        Command run = engine.Client(Program(client), ["run", "-i", "--rm", "busybox:latest", "sh", "-c", "cat; echo wrong >&2"], input: "in and out\n");

        Assert.Equal((0, "in and out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_container_goes_through_its_life(string client)
    {
        string id = Run(client, "create", "--name", "life", "busybox:latest", "sh", "-c", "echo begun; exec sleep 1000").Succeeds().Output.Trim();
        try
        {
            Assert.Contains("Created", Run(client, "ps", "-a").Succeeds().Output, StringComparison.Ordinal);
            Assert.Equal("life", Run(client, "start", "life").Succeeds().Output.Trim());
            Assert.Contains("Up ", Run(client, "ps").Succeeds().Output, StringComparison.Ordinal);
            Assert.Equal("begun", Run(client, "logs", "life").Succeeds().Output.Trim());
            Assert.Equal("inside", Run(client, "exec", "life", "echo", "inside").Succeeds().Output.Trim());
            Assert.Equal(5, Run(client, "exec", "life", "sh", "-c", "exit 5").ExitCode);
            Assert.Equal(id, Run(client, "inspect", "--format", "{{.Id}}", "life").Succeeds().Output.Trim());
            Run(client, "stop", "-t", "0", "life").Succeeds();
            Assert.Contains("Exited (137)", Run(client, "ps", "-a").Succeeds().Output, StringComparison.Ordinal);
            Run(client, "start", "life").Succeeds();
            Run(client, "kill", "life").Succeeds();
            Assert.Equal("137", Run(client, "wait", "life").Succeeds().Output.Trim());
        }
        finally
        {
            Run(client, "rm", "-f", "life");
        }

        Command gone = Run(client, "inspect", "life");
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("No such object: life", gone.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Events_tell_the_life_of_a_container(string client)
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Run(client, "run", "--rm", "--name", $"story-{client}", "busybox:latest", "true").Succeeds();
        string until = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);

        string[] actions = [.. Run(client, "events", "--since", since, "--until", until, "--filter", $"container=story-{client}", "--format", "{{json .}}").Succeeds().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Action").GetString()!)];

        Assert.Equal(["create", "attach", "start", "die", "destroy"], actions.Where(action => action is "create" or "attach" or "start" or "die" or "destroy"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_embedded_image_is_there(string client)
    {
        Assert.Contains("busybox", Run(client, "images").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal("linux", Run(client, "image", "inspect", "--format", "{{.Os}}", "busybox:latest").Succeeds().Output.Trim());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Networks_of_every_kind(string client)
    {
        string gateway = engine.Subnet.Split('/')[0];
        Assert.Contains("eth0", Run(client, "run", "--rm", "busybox:latest", "ip", "addr").Succeeds().Output, StringComparison.Ordinal);
        Run(client, "run", "--rm", "busybox:latest", "ping", "-c", "1", "-W", "5", gateway).Succeeds();
        Assert.DoesNotContain("eth0", Run(client, "run", "--rm", "--network", "none", "busybox:latest", "ip", "addr").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains(engine.Bridge, Run(client, "run", "--rm", "--network", "host", "busybox:latest", "ip", "addr").Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Limits_reach_the_cgroup(string client)
    {
        string output = Run(client, "run", "--rm", "--memory", "64m", "--pids-limit", "77", "busybox:latest", "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max").Succeeds().Output;

        Assert.Equal("67108864\n77\n", output);
    }

    private static string Program(string client) => client == "wharf" ? Programs.Wharf : client;

    private Command Run(string client, params string[] arguments) => engine.Client(Program(client), arguments);
}
