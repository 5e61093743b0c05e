using System.Globalization;
using System.Runtime.InteropServices;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>make bench. usage: Bench [--rounds N] [--runtime PATH …] [runtimes|shim|containerd|start|run|network|memory|pull|load …]</summary>
internal static class Program
{
    private static readonly string[] All = ["runtimes", "shim", "containerd", "start", "run", "network", "memory", "pull"];

    /// <summary>What takes long is measured only when it is named.</summary>
    private static readonly string[] Named = ["load"];

    private static int Main(string[] arguments)
    {
        int rounds = 100;
        string? inside = null;
        var sections = new List<string>();
        var runtimes = new List<string>();
        for (int at = 0; at < arguments.Length; at++)
        {
            switch (arguments[at])
            {
                case "--rounds": rounds = int.Parse(arguments[++at], CultureInfo.InvariantCulture); break;
                case "--runtime": runtimes.Add(Path.GetFullPath(arguments[++at])); break;
                case "--inside": inside = arguments[++at]; break;
                default: sections.Add(arguments[at]); break;
            }
        }

        if (sections.Except(All).Except(Named).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"bench: \"{unknown}\" is not one of {string.Join(", ", All.Concat(Named))}");
            return 2;
        }

        if (CurrentProcess.EffectiveUserId != 0)
        {
            Console.Error.WriteLine("bench: needs root: containers are built from namespaces, mounts and cgroups");
            return 1;
        }

        using var stage = new Stage();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Abandon(stage));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Abandon(stage));
        try
        {
            var report = new Report();
            if (inside is not null)
            {
                RuntimeSection.MeasureInside(stage, report, rounds, runtimes);
                File.WriteAllLines(inside, [.. report.Notes.Select(note => "#" + note), .. report.Rows.Select(row => row.ToLine())]);
                return 0;
            }

            Measure(stage, report, rounds, runtimes, sections.Count == 0 ? All : sections);
            report.PrintTable();
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or SyscallException or IOException or TimeoutException)
        {
            Console.Error.WriteLine("bench: " + error.Message);
            return 1;
        }
    }

    private static void Measure(Stage stage, Report report, int rounds, IReadOnlyList<string> runtimes, IReadOnlyList<string> sections)
    {
        if (sections.Contains("runtimes"))
        {
            Report.Section("runtimes");
            RuntimeSection.Measure(stage, report, rounds, runtimes);
        }

        if (sections.Contains("shim"))
        {
            Report.Section("shim");
            ShimSection.Measure(stage, report, Math.Max(1, rounds / 2));
        }

        if (sections.Contains("containerd"))
        {
            Report.Section("containerd");
            ContainerdSection.Measure(stage, report, rounds);
        }

        if (sections.Contains("start"))
        {
            Report.Section("start and size");
            StartSection.Measure(report, rounds);
        }

        if (!sections.Any(section => section is "run" or "network" or "memory" or "pull" or "load"))
        {
            return;
        }

        Report.Section("engines");
        if (Engines.Start(stage, report) is not { } engines)
        {
            return;
        }

        if (sections.Contains("run"))
        {
            RunSection.Measure(engines, report, Math.Max(1, rounds / 5));
        }

        if (sections.Contains("network"))
        {
            NetworkSection.Measure(engines, report, Math.Max(1, rounds / 5));
        }

        if (sections.Contains("memory"))
        {
            MemorySection.Measure(engines, report, stage);
        }

        if (sections.Contains("pull"))
        {
            PullSection.Measure(engines, report, Math.Max(1, rounds / 20));
        }

        if (sections.Contains("load"))
        {
            LoadSection.Measure(engines, report, Math.Max(1, rounds / 2));
        }
    }

    private static void Abandon(Stage stage)
    {
        stage.Dispose();
        Environment.Exit(130);
    }
}
