using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>--help of every command, word for word as docker 28 has it, with no engine in reach (with one, docker hides what that engine does not know).</summary>
public sealed class HelpParityTests(ParityFixture fixture) : IClassFixture<ParityFixture>
{
    /// <summary>All that both have.</summary>
    public static TheoryData<string> Commands =>
    [
        "attach", "commit", "cp", "create", "diff", "events", "exec", "export", "history", "images", "import", "info", "inspect", "kill", "load", "login", "logout", "logs", "pause", "port", "ps", "pull", "push",
        "rename", "restart", "rm", "rmi", "run", "save", "search", "start", "stats", "stop", "tag", "top", "unpause", "update", "version", "wait",
        "checkpoint", "checkpoint create", "checkpoint ls", "checkpoint rm",
        "container", "container attach", "container commit", "container cp", "container create", "container diff", "container exec", "container export", "container inspect", "container kill", "container logs",
        "container ls", "container pause", "container port", "container prune", "container rename", "container restart", "container rm", "container run", "container start", "container stats", "container stop",
        "container top", "container unpause", "container update", "container wait",
        "context", "context create", "context export", "context import", "context inspect", "context ls", "context rm", "context show", "context update", "context use",
        "image history", "image import", "image inspect", "image load", "image ls", "image prune", "image pull", "image push", "image rm", "image save", "image tag",
        "network", "network connect", "network create", "network disconnect", "network inspect", "network ls", "network prune", "network rm",
        "plugin", "plugin create", "plugin disable", "plugin enable", "plugin inspect", "plugin install", "plugin ls", "plugin push", "plugin rm", "plugin set", "plugin upgrade",
        "system", "system df", "system events", "system info", "system prune",
        "volume", "volume create", "volume inspect", "volume ls", "volume prune", "volume rm", "volume update",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_is_theirs(string command) => fixture.Same(["-H", "unix:///nowhere.sock", .. command.Split(' '), "--help"]);

    /// <summary>What is built, and what manages a swarm, is not of this client: `image build`, builder, and the swarm's groups are missing from these.</summary>
    [Theory]
    [InlineData("--help")]
    [InlineData("image", "--help")]
    public void An_overview_has_no_line_that_theirs_has_not(params string[] arguments)
    {
        (Command theirs, Command ours) = fixture.Both(["-H", "unix:///nowhere.sock", .. arguments]);

        Assert.Equal(0, ours.ExitCode);

        // Theirs shows an empty default of -H once -H was given.
        Assert.Empty(ours.Output.Split('\n').Except(theirs.Output.Split('\n').Select(line => line.Replace(" (default )", "", StringComparison.Ordinal))));
    }
}
