using Wharf.Harness;

namespace Wharf.Interop.Clients;

/// <summary>dockerode and testcontainers from npm, as Node/package-lock.json has them.</summary>
[Collection(ClientEngineDefinition.Name)]
public sealed class NodeTests(ClientEngine engine)
{
    // Installed once, before the first of its steps.
    private static readonly Lazy<string> Modules = new(() =>
    {
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "node-clients")).Succeeds();
        return Path.Combine(Programs.Checkout, "out", "node-clients", "node_modules");
    });

    [Theory]
    [InlineData("server")]
    [InlineData("run")]
    [InlineData("life")]
    [InlineData("health")]
    [InlineData("copy")]
    [InlineData("execs")]
    [InlineData("logs")]
    [InlineData("attach")]
    [InlineData("stats")]
    [InlineData("events")]
    [InlineData("volumes")]
    [InlineData("images")]
    [InlineData("networks")]
    [InlineData("usage")]
    [InlineData("prune")]
    public void Dockerode(string step) => engine.Run("node", "Node/dockerode.cjs", step, ("NODE_PATH", Modules.Value));

    [Theory]
    [InlineData("log")]
    [InlineData("health")]
    [InlineData("command")]
    [InlineData("once")]
    [InlineData("copy")]
    [InlineData("limits")]
    [InlineData("ports")]
    [InlineData("network")]
    [InlineData("commit")]
    public void Testcontainers(string step) => engine.Run("node", "Node/testcontainers.cjs", step, ("NODE_PATH", Modules.Value), ("TESTCONTAINERS_RYUK_DISABLED", "true"));
}
