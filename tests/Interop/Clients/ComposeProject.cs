using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Clients;

/// <summary>A project of Debian's docker-compose on the clients' engine, started once for the tests of a class.</summary>
public sealed class ComposeProject : IDisposable
{
    private const string Program = "/usr/bin/docker-compose";
    private readonly Engine engine;
    private readonly string name = $"c{Guid.NewGuid():N}";

    public ComposeProject(ClientEngine fixture)
    {
        engine = fixture.Engine;
        try
        {
            Run("up", "-d").Succeeds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Label => "com.docker.compose.project=" + name;

    public Command Run(params string[] arguments) => Run([], arguments);

    public Command Run((string Name, string Value)[] variables, params string[] arguments) =>
        Command.Run(Program, CommandLine(arguments), null, Environment(variables), timeout: TimeSpan.FromMinutes(2));

    /// <summary>A command that goes on: the caller owns it.</summary>
    public Process Open(params string[] arguments) => Command.Start(Program, CommandLine(arguments), Environment([]));

    public string Docker(params string[] arguments) => engine.Docker(arguments).Succeeds().Output;

    public void Dispose() => Run("down", "-v", "-t", "0", "--remove-orphans");

    private string[] CommandLine(string[] arguments) => ["-p", name, "-f", Path.Combine(Programs.Checkout, "tests", "Interop", "Clients", "Compose", "compose.yaml"), "--ansi", "never", .. arguments];

    private Dictionary<string, string?> Environment((string Name, string Value)[] variables)
    {
        Dictionary<string, string?> environment = engine.ClientEnvironment();
        foreach ((string variable, string value) in variables)
        {
            environment[variable] = value;
        }

        return environment;
    }
}
