using System.Runtime.InteropServices;
using Wharf.Harness;

namespace Wharf.Vm;

/// <summary>One boot for all classes of tests/Integration that the guest runs: cgroup v2, systemd as the first process, a user with a systemd of their own.</summary>
public sealed class GuestRun
{
    private const string Prefix = "Wharf.Integration.";

    public GuestRun()
    {
        VirtualMachine.Prepare();
        using var payload = new TemporaryDirectory();
        using var machine = new VirtualMachine();
        Fill(payload.Path);
        machine.Run(payload.Path, TimeSpan.FromMinutes(12));
        Console = machine.Console;
        Log = File.ReadAllText(Path.Combine(machine.Results, "log"));
        string document = Path.Combine(machine.Results, "results.xml");
        Results = File.Exists(document) ? GuestResult.Read(document) : throw new InvalidOperationException($"the guest's tests have not run to their end:\n{Log}\n{Console}");
    }

    /// <summary>The classes, and of their tests those that the guest may skip.</summary>
    internal static IReadOnlyDictionary<string, int> Classes { get; } = new Dictionary<string, int>
    {
        ["Runc.CgroupV2Tests"] = 0,
        ["Runc.Machine.UnifiedLimitTests"] = 0,
        ["Runc.Machine.UnifiedCgroupTests"] = 0,
        ["Runc.Machine.SystemManagerTests"] = 0,
        ["Runc.Machine.UserManagerTests"] = 0,
        ["Runc.RootlessTests"] = 0,
        ["Runc.ObserveTests"] = 0,
        ["Shim.LifeTests"] = 0,
        ["Shim.ResourceTests"] = 0,
    };

    internal string Console { get; }

    internal string Log { get; }

    private IReadOnlyList<GuestResult> Results { get; }

    internal IReadOnlyList<GuestResult> Of(string name) => [.. Results.Where(result => result.Class == Prefix + name)];

    /// <summary>What the test program looks for around itself: the checkout's mark, the built programs, and the .NET that runs this.</summary>
    private static void Fill(string folder)
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        string dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        Copy(Path.Combine(Programs.Checkout, "Wharf.slnx"), folder);
        Copy(Programs.Runc, Path.Combine(folder, "out", "bin"));
        Copy(Programs.Shim, Path.Combine(folder, "out", "bin"));
        Copy(Path.Combine(Programs.Checkout, "tests", "Integration", "bin", "Debug", "net10.0"), Path.Combine(folder, "tests", "Integration", "bin", "Debug"));
        Copy(Path.Combine(Programs.Checkout, "tests", "Vm", "run-in-guest"), folder);
        Copy(Path.Combine(dotnet, "host"), Path.Combine(folder, "dotnet"));
        Copy(runtime, Path.Combine(folder, "dotnet", "shared", "Microsoft.NETCore.App"));
        File.WriteAllText(
            Path.Combine(folder, "arguments"),
            string.Join(' ', Classes.Keys.Select(name => $"-class {Prefix}{name}").Append("-explicit on")) + "\n");
    }

    private static void Copy(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        Command.Run("cp", "-a", path, folder).Succeeds();
    }
}
