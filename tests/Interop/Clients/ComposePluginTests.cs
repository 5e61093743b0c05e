using Wharf.Harness;

namespace Wharf.Interop.Clients;

/// <summary>docker compose 2, a later Debian's, as a plugin of our client: `wharf compose`.</summary>
[Collection(ClientEngineDefinition.Name)]
public sealed class ComposePluginTests : IDisposable
{
    private readonly Engine engine;
    private readonly string name = $"p{Guid.NewGuid():N}";
    private readonly string? missing;

    public ComposePluginTests(ClientEngine fixture)
    {
        engine = fixture.Engine;
        string folder = Path.Combine(Programs.Checkout, "out", "compose");
        Command made = Command.Run(Path.Combine(Programs.Checkout, "scripts", "compose"), [folder], timeout: TimeSpan.FromMinutes(5));
        missing = made.ExitCode == 0 ? null : made.Error;
        string plugins = Path.Combine(engine.ClientEnvironment()["DOCKER_CONFIG"]!, "cli-plugins");
        Directory.CreateDirectory(plugins);
        string plugin = Path.Combine(plugins, "docker-compose");
        File.Delete(plugin);
        File.CreateSymbolicLink(plugin, Path.Combine(folder, "docker-compose"));
    }

    public void Dispose()
    {
        if (missing is null)
        {
            Compose("down", "-v", "-t", "0", "--remove-orphans");
        }
    }

    [Fact]
    public void A_project_is_brought_up_asked_changed_and_taken_down()
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        Compose("up", "-d", "--wait").Succeeds();

        Assert.Contains("store running healthy", Compose("ps", "--format", "{{.Service}} {{.State}} {{.Health}}").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(2, Compose("logs", "--no-color", "asker").Succeeds().Output.Split("| ready").Length - 1);
        Assert.Equal((7, "told"), Compose("exec", "-T", "asker", "sh", "-c", "cat /etc/note; exit 7") is var exec ? (exec.ExitCode, exec.Output.TrimEnd()) : default);
        Assert.Equal("one-off\n", Compose("run", "--rm", "-T", "asker", "echo", "one-off").Succeeds().Output);
        Compose("up", "-d", "--wait", "--scale", "asker=1").Succeeds();
        Assert.Single(Compose("ps", "-q", "asker").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Compose("restart", "-t", "0", "asker").Succeeds();
        Compose("down", "-v", "-t", "0").Succeeds();
        Assert.Equal("", engine.Docker("ps", "-aq", "--filter", "label=com.docker.compose.project=" + name).Output + engine.Docker("volume", "ls", "-q", "--filter", "name=" + name).Output);
    }

    private Command Compose(params string[] arguments) =>
        engine.Client(Programs.Wharf, ["compose", "-p", name, "-f", Path.Combine(Programs.Checkout, "tests", "Interop", "Clients", "Compose", "plugin.yaml"), .. arguments], timeout: TimeSpan.FromMinutes(2));
}
