using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>A bundle whose container sleeps, created detached as a shim does it.</summary>
internal sealed class RunningContainer : IDisposable
{
    internal RunningContainer(params string[] program)
        : this(_ => { }, program)
    {
    }

    internal RunningContainer(Action<BusyboxBundle> prepare, params string[] program)
    {
        Bundle.Arguments(program.Length > 0 ? program : ["sleep", "1000"]);
        try
        {
            prepare(Bundle);

            // The process keeps its streams; here they are no pipes that the test would wait for.
            Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {Bundle.StateRoot} run --detach --bundle {Path.GetDirectoryName(Bundle.Rootfs)} {Id} </dev/null >{Output} 2>&1")
                .Succeeds();
        }
        catch
        {
            Bundle.Dispose();
            throw;
        }
    }

    internal BusyboxBundle Bundle { get; } = new();

    internal string Id { get; } = $"wharf-it-{Guid.NewGuid():N}";

    internal string Output => Path.Combine(Path.GetDirectoryName(Bundle.Rootfs)!, "output");

    internal JsonElement Record => JsonDocument.Parse(File.ReadAllText(Path.Combine(Bundle.StateRoot, Id, "state.json"))).RootElement;

    internal int Pid => Record.GetProperty("initPid").GetInt32();

    internal string PidText => Pid.ToString(CultureInfo.InvariantCulture);

    /// <summary>A control file of the container's cgroup, of whichever hierarchy has it.</summary>
    internal string Control(string file) => File.ReadAllText(ControlPath(file)).Trim();

    internal string ControlPath(string file) =>
        Record.GetProperty("cgroupPaths").EnumerateArray().Select(path => Path.Combine(path.GetString()!, file)).First(File.Exists);

    internal Command Runc(string command, params string[] arguments) => Bundle.Runc([command, .. arguments]);

    internal Command Exec(params string[] arguments) => Bundle.Runc(["exec", Id, .. arguments]);

    public void Dispose() => Bundle.Dispose();
}
