using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>Our client above Debian's dockerd, which speaks an older version of the API.</summary>
public sealed class WharfOnDockerdTests(DockerdFixture fixture) : IClassFixture<DockerdFixture>
{
    private readonly Dockerd dockerd = fixture.Dockerd;
    private readonly string name = $"c-{Guid.NewGuid():N}";

    [Fact]
    public void It_speaks_the_older_version_of_the_two()
    {
        string theirs = dockerd.Docker("version", "--format", "{{.Server.APIVersion}}").Succeeds().Output.Trim();

        Assert.Equal($"{theirs} {theirs}", dockerd.Wharf("version", "--format", "{{.Client.APIVersion}} {{.Server.APIVersion}}").Succeeds().Output.Trim());
    }

    [Fact]
    public void Run_gives_both_streams_and_takes_input()
    {
        Command run = dockerd.Client(Programs.Wharf, ["run", "-i", "--rm", "busybox:latest", "sh", "-c", "cat; echo wrong >&2"], input: "in and out\n");

        Assert.Equal((0, "in and out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData(7, "", "busybox:latest", "sh", "-c", "exit 7")]
    [InlineData(137, "", "busybox:latest", "sh", "-c", "sh -c 'kill -KILL $$'; exit $?")]
    [InlineData(126, "permission denied", "busybox:latest", "/etc/passwd")]
    [InlineData(127, "executable file not found in $PATH", "busybox:latest", "nope")]
    [InlineData(125, "invalid reference format", "Busybox:latest")]
    [InlineData(125, "network nowhere not found", "--network", "nowhere", "busybox:latest")]
    public void The_exit_code_and_the_words_are_dockers(int code, string words, params string[] arguments)
    {
        Command run = dockerd.Wharf(["run", "--rm", .. arguments]);

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal(code, dockerd.Docker(["run", "--rm", .. arguments]).ExitCode);
    }

    [Fact]
    public void A_container_goes_through_its_life()
    {
        string id = dockerd.Wharf("run", "-d", "--name", name, "busybox:latest", "sh", "-c", "echo begun; exec sleep 1000").Succeeds().Output.Trim();

        Assert.Equal($"{id} {name}", dockerd.Wharf("ps", "--no-trunc", "--filter", $"name={name}", "--format", "{{.ID}} {{.Names}}").Succeeds().Output.Trim());
        Assert.Equal("true", dockerd.Wharf("inspect", "--format", "{{.State.Running}}", name).Succeeds().Output.Trim());
        Assert.Equal("begun\n", dockerd.Wharf("logs", name).Succeeds().Output);
        Assert.Contains("sleep 1000", dockerd.Wharf("top", name).Succeeds().Output, StringComparison.Ordinal);
        dockerd.Wharf("pause", name).Succeeds();
        Assert.Contains("(Paused)", dockerd.Wharf("ps", "--filter", $"name={name}").Succeeds().Output, StringComparison.Ordinal);
        dockerd.Wharf("unpause", name).Succeeds();
        dockerd.Wharf("rename", name, name + "x").Succeeds();
        dockerd.Wharf("rename", name + "x", name).Succeeds();
        dockerd.Wharf("stop", "-t", "0", name).Succeeds();
        Assert.Contains("Exited (137)", dockerd.Wharf("ps", "-a", "--filter", $"name={name}").Succeeds().Output, StringComparison.Ordinal);
        dockerd.Wharf("start", name).Succeeds();
        dockerd.Wharf("restart", "-t", "0", name).Succeeds();
        dockerd.Wharf("kill", name).Succeeds();
        Assert.Equal("137", dockerd.Wharf("wait", name).Succeeds().Output.Trim());
        Assert.Equal(name, dockerd.Wharf("rm", name).Succeeds().Output.Trim());
        Command gone = dockerd.Wharf("inspect", name);
        Assert.Equal((1, $"Error: No such object: {name}\n"), (gone.ExitCode, gone.Error));
    }

    [Fact]
    public void Logs_follow_to_the_end_and_wait_gives_the_code()
    {
        dockerd.Wharf("run", "-d", "--name", name, "busybox:latest", "sh", "-c", "echo one; sleep 1; echo two >&2; exit 3").Succeeds();

        using Process waiting = dockerd.Open(Programs.Wharf, "wait", name);
        Command logs = dockerd.Wharf("logs", "-f", name).Succeeds();

        Assert.Equal(("one\n", "two\n"), (logs.Output, logs.Error));
        Assert.Equal("3\n", waiting.StandardOutput.ReadToEnd());
        Assert.True(waiting.WaitForExit(TimeSpan.FromSeconds(20)));
        dockerd.Wharf("rm", name).Succeeds();
    }

    [Fact]
    public void Exec_passes_input_environment_directory_and_code()
    {
        dockerd.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        Command exec = dockerd.Client(Programs.Wharf, ["exec", "-i", "-e", "A=b", "-w", "/etc", name, "sh", "-c", "cat; echo $A $PWD; exit 5"], input: "typed\n");

        Assert.Equal((5, "typed\nb /etc\n"), (exec.ExitCode, exec.Output));
        dockerd.Wharf("exec", "-d", name, "sh", "-c", "echo left > /left").Succeeds();
        Assert.Equal("left\n", dockerd.Wharf("exec", name, "sh", "-c", "until cat /left; do usleep 50000; done 2>/dev/null").Succeeds().Output);
        dockerd.Wharf("rm", "-f", name).Succeeds();
    }

    [Fact]
    public void Attach_joins_a_running_container_and_ends_with_its_code()
    {
        dockerd.Wharf("run", "-d", "-i", "--name", name, "busybox:latest", "sh", "-c", "read line; echo $line; echo after; exit 4").Succeeds();

        using Process attach = dockerd.Open(Programs.Wharf, "attach", name);
        attach.StandardInput.Write("one line\n");
        attach.StandardInput.Flush();

        Assert.Equal("one line\nafter\n", attach.StandardOutput.ReadToEnd());
        Assert.True(attach.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(4, attach.ExitCode);
        dockerd.Wharf("rm", "-f", name).Succeeds();
    }

    [Fact]
    public void Images_are_loaded_listed_named_saved_and_removed()
    {
        string archive = Path.Combine(dockerd.Root, $"{name}.tar");
        dockerd.Wharf("tag", "busybox:latest", $"{name}:one").Succeeds();
        dockerd.Wharf("save", "-o", archive, $"{name}:one").Succeeds();
        Assert.Contains($"Untagged: {name}:one", dockerd.Wharf("rmi", $"{name}:one").Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain(name, dockerd.Wharf("images").Succeeds().Output, StringComparison.Ordinal);

        Assert.Contains($"Loaded image: {name}:one", dockerd.Wharf("load", "-i", archive).Succeeds().Output, StringComparison.Ordinal);

        Assert.Equal("one", dockerd.Wharf("images", "--format", "{{.Tag}}", name).Succeeds().Output.Trim());
        dockerd.Wharf("rmi", $"{name}:one").Succeeds();
    }

    [Fact]
    public void An_image_is_pulled_from_a_registry()
    {
        using var registry = new DockerRegistry();
        registry.Add($"docker-archive:{SavedBusybox()}", "tools/busybox:1");
        string reference = $"{registry.Authority}/tools/busybox:1";

        Command run = dockerd.Wharf("run", "--rm", reference, "echo", "pulled");

        Assert.Equal((0, "pulled\n"), (run.ExitCode, run.Output));
        Assert.Contains($"Unable to find image '{reference}' locally", run.Error, StringComparison.Ordinal);
        Command again = dockerd.Wharf("pull", reference).Succeeds();
        Assert.Contains($"Status: Image is up to date for {reference}", again.Output, StringComparison.Ordinal);
        Assert.EndsWith(reference + "\n", again.Output, StringComparison.Ordinal);
        Assert.Equal(dockerd.Docker("pull", reference).Succeeds().Output, again.Output);
        Command missing = dockerd.Wharf("pull", $"{registry.Authority}/tools/nothing");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("manifest unknown", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_tell_the_life_of_a_container()
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        dockerd.Wharf("run", "--rm", "--name", name, "busybox:latest", "true").Succeeds();
        string until = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture);

        string[] actions = [.. dockerd.Wharf("events", "--since", since, "--until", until, "--filter", $"container={name}", "--format", "{{json .}}").Succeeds().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Action").GetString()!)];

        Assert.Equal(["create", "attach", "start", "die", "destroy"], actions);
    }

    [Fact]
    public void Networks_of_every_kind()
    {
        dockerd.Wharf("run", "--rm", "busybox:latest", "ping", "-c", "1", "-W", "5", dockerd.Gateway).Succeeds();
        Assert.DoesNotContain("eth0", dockerd.Wharf("run", "--rm", "--network", "none", "busybox:latest", "ip", "addr").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains(dockerd.Bridge, dockerd.Wharf("run", "--rm", "--network", "host", "busybox:latest", "ip", "addr").Succeeds().Output, StringComparison.Ordinal);
    }

    /// <summary>The same question asked by their client and by ours.</summary>
    [Theory]
    [InlineData("ps", "-a", "--no-trunc")]
    [InlineData("ps", "-a", "--format", "{{.ID}} {{.Image}} {{.Command}} {{.State}} {{.Ports}} {{.Names}} {{.Label \"kind\"}} {{.Mounts}} {{.Networks}}")]
    [InlineData("images", "--no-trunc", "--digests")]
    [InlineData("images", "-q")]
    [InlineData("history", "--no-trunc", "busybox:latest")]
    [InlineData("inspect", "alike")]
    [InlineData("image", "inspect", "busybox:latest")]
    [InlineData("inspect", "--format", "{{json .Config.Env}} {{.HostConfig.Memory}} {{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}}{{end}}", "alike")]
    [InlineData("logs", "-t", "alike")]
    [InlineData("logs", "--tail", "1", "alike")]
    [InlineData("top", "alike")]
    [InlineData("diff", "alike")]
    [InlineData("version", "--format", "{{json .Server.Version}} {{.Server.APIVersion}} {{.Server.MinAPIVersion}} {{.Server.KernelVersion}}")]
    [InlineData("exec", "alike", "sh", "-c", "echo out; echo err >&2; exit 3")]
    [InlineData("exec", "alike", "nope")]
    [InlineData("exec", "alike", "/etc/passwd")]
    [InlineData("exec", "-w", "/nowhere", "alike", "true")]
    [InlineData("exec", "-d", "alike", "nope")]
    [InlineData("kill", "nobody")]
    [InlineData("kill", "-s", "NOSUCH", "alike")]
    [InlineData("rm", "alike")]
    [InlineData("start", "nobody")]
    [InlineData("stop", "nobody")]
    [InlineData("tag", "nothing", "anything")]
    [InlineData("pull", "127.0.0.1:1/x")]
    [InlineData("inspect", "nobody")]
    [InlineData("wait", "nobody")]
    public void What_both_print_is_the_same(params string[] arguments)
    {
        dockerd.Docker("run", "-d", "--name", "alike", "--label", "kind=test", "--memory", "32m", "busybox:latest", "sh", "-c", "echo one; echo two; : > /made; exec sleep 1000");
        var limit = Stopwatch.StartNew();
        while (!dockerd.Docker("logs", "alike").Output.Contains("two", StringComparison.Ordinal) && limit.Elapsed < TimeSpan.FromSeconds(20))
        {
            Thread.Sleep(50);
        }

        Command theirs = dockerd.Docker(arguments);
        Command ours = dockerd.Wharf(arguments);

        Assert.Equal((theirs.ExitCode, theirs.Output, theirs.Error), (ours.ExitCode, ours.Output, ours.Error));
        Assert.NotEmpty(ours.Output + ours.Error);
    }

    [Fact]
    public void Version_tells_the_engine_as_their_client_does()
    {
        static string Server(Command version) => version.Succeeds().Output[version.Output.IndexOf("Server:", StringComparison.Ordinal)..];

        Assert.Equal(Server(dockerd.Docker("version")), Server(dockerd.Wharf("version")));
    }

    private string SavedBusybox()
    {
        string path = Path.Combine(dockerd.Root, $"{name}-busybox.tar");
        dockerd.Docker("save", "-o", path, "busybox:latest").Succeeds();
        return path;
    }
}
