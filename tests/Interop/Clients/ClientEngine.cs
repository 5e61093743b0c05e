using Wharf.Harness;

namespace Wharf.Interop.Clients;

/// <summary>One engine of our five programs for all tests of clients, and what its clients see of it.</summary>
public sealed class ClientEngine : IDisposable
{
    // docker-py gives back the output of a run from logs of this driver alone.
    public Engine Engine { get; } = new("--log-driver", "json-file");

    /// <summary>Runs one step of a scenario: a program that makes what it needs under a name of its own and checks it.</summary>
    public void Run(string program, string script, string step, params (string Name, string Value)[] variables)
    {
        Dictionary<string, string?> environment = Engine.ClientEnvironment();
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        string folder = Path.Combine(Programs.Checkout, "tests", "Interop", "Clients");
        Command ran = Command.Run(program, [Path.Combine(folder, script), step, $"{step}-{Guid.NewGuid():N}"], null, environment, timeout: TimeSpan.FromMinutes(2));

        Assert.True(ran.ExitCode == 0, $"{Path.GetFileName(script)} {step}: exit code {ran.ExitCode}\n{ran.Output}\n{ran.Error}");
    }

    public void Dispose() => Engine.Dispose();
}
