using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>What requests may say, and what events tell.</summary>
public sealed class EngineApiTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"a-{Guid.NewGuid():N}";

    public void Dispose() => engine.Wharf("rm", "-f", name);

    [Fact]
    public void Events_of_networks_and_images_are_told_and_chosen()
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        engine.Wharf("tag", "busybox:latest", $"{name}:one").Succeeds();
        engine.Wharf("rmi", $"{name}:one").Succeeds();
        string id = engine.Wharf("run", "-d", "--name", name, "busybox:latest", "true").Succeeds().Output.Trim();
        engine.Wharf("wait", name).Succeeds();
        string until = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture);

        JsonElement[] Events(params string[] filters) => [.. engine.Wharf(["events", "--since", since, "--until", until, "--format", "{{json .}}", .. filters.SelectMany(filter => new[] { "--filter", filter })]).Succeeds().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] ofNetwork = [.. Events("network=bridge").Where(one => one.GetProperty("Actor").GetProperty("Attributes").GetProperty("container").GetString() == id)];

        Assert.Equal(["connect", "disconnect"], ofNetwork.Select(one => one.GetProperty("Action").GetString()));
        Assert.Contains(Events("type=image", "event=tag"), one => one.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString() == $"{name}:one");
        Assert.Contains(Events("type=image", "event=untag"), one => one.GetProperty("Action").GetString() == "untag");
        Assert.All(Events($"container={name}"), one => Assert.Equal("container", one.GetProperty("Type").GetString()));
    }

    [Theory]
    [InlineData("wharf")]
    [InlineData("docker")]
    public void A_hardware_address_is_the_containers(string client)
    {
        string program = client == "wharf" ? Programs.Wharf : client;
        engine.Client(program, ["run", "-d", "--name", name, "--mac-address", "02:42:aa:bb:cc:dd", "busybox:latest", "sleep", "1000"]).Succeeds();

        Assert.Contains("02:42:aa:bb:cc:dd", engine.Client(program, ["exec", name, "ip", "link", "show", "eth0"]).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("02:42:aa:bb:cc:dd", engine.Client(program, ["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}", name]).Succeeds().Output, StringComparison.Ordinal);
        engine.Client(program, ["exec", name, "ping", "-c", "1", "-W", "5", engine.Subnet.Split('/')[0]]).Succeeds();
        engine.Client(program, ["restart", "-t", "0", name]).Succeeds();
        Assert.Contains("02:42:aa:bb:cc:dd", engine.Client(program, ["exec", name, "ip", "link", "show", "eth0"]).Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user specified IP address is supported on user defined networks only", "--ip", "10.9.9.9")]
    [InlineData("conflicting options: mac-address and the network mode", "--network", "host", "--mac-address", "02:42:aa:bb:cc:dd")]
    [InlineData("zz is not a valid mac address", "--mac-address", "zz")]
    public void What_no_network_gives_is_refused(string words, params string[] flags)
    {
        Command run = engine.Wharf(["run", "--rm", .. flags, "busybox:latest", "true"]);

        Assert.Equal(125, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_no_value()
    {
        (int created, _) = Post($"/containers/create?name={name}", """{"Image":"busybox:latest","Cmd":["true"],"Tty":null,"StopTimeout":null,"HostConfig":{"Memory":null,"CpuShares":null,"Privileged":null,"OomScoreAdj":null,"RestartPolicy":null} }""");

        Assert.Equal(201, created);
        Assert.Equal(204, Post($"/containers/{name}/start", null).Status);
        Assert.Equal("0", engine.Wharf("wait", name).Succeeds().Output.Trim());
    }

    [Theory]
    [InlineData("h=-1&w=80", "invalid resize height \"-1\"")]
    [InlineData("h=24&w=65536", "invalid resize width \"65536\"")]
    [InlineData("w=80", "invalid resize height \"\"")]
    [InlineData("h=x&w=80", "invalid resize height \"x\"")]
    public void A_terminal_has_a_size_of_two_numbers(string query, string words)
    {
        engine.Wharf("run", "-d", "-t", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        (int status, string answer) = Post($"/containers/{name}/resize?{query}", null);

        Assert.Equal(400, status);
        Assert.Contains(words, JsonDocument.Parse(answer).RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, Post($"/containers/{name}/resize?h=24&w=80", null).Status);
    }

    private (int Status, string Body) Post(string path, string? body)
    {
        string[] content = body is null ? [] : ["-H", "Content-Type: application/json", "-d", body];
        string[] lines = Command.Run("curl", ["--silent", "--unix-socket", engine.Socket, "-X", "POST", "-w", "\n%{http_code}", .. content, "http://localhost" + path]).Succeeds().Output.TrimEnd('\n').Split('\n');
        return (int.Parse(lines[^1], CultureInfo.InvariantCulture), string.Join('\n', lines[..^1]));
    }
}
