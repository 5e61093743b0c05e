namespace Wharf.Interop.Clients;

/// <summary>Debian's python3-docker: each step of Python/scenario.py is what a user of it does.</summary>
[Collection(ClientEngineDefinition.Name)]
public sealed class PythonTests(ClientEngine engine)
{
    [Theory]
    [InlineData("server")]
    [InlineData("life")]
    [InlineData("run_to_end")]
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
    public void Step(string step) => engine.Run("/usr/bin/python3", "Python/scenario.py", step);
}
