using System.Globalization;
using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>Private dirty memory and proportional share of daemons and shims while ten containers sleep.</summary>
internal static class MemorySection
{
    private const int Containers = 10;

    internal static void Measure(Engines engines, Report report, Stage stage)
    {
        string[] names = [.. Enumerable.Range(0, Containers).Select(number => $"{stage.Name}-{number}")];
        foreach (bool ours in new[] { true, false })
        {
            foreach (string name in names)
            {
                engines.Run(ours, "run", "-d", "--network", "none", "--name", name, "busybox:latest", "sleep", "1000");
            }
        }

        // Idle: what the starts have left to do is done, and both sides have had the time to give memory back.
        Thread.Sleep(10_000);
        if (engines.OwnContainerd)
        {
            AddRows(report, "wharfd + wharf-containerd", engines.OurDaemons, "dockerd + containerd", engines.TheirDaemons, "20 MB", total: true);
        }
        else
        {
            AddRows(report, "wharfd alone", engines.OurDaemons[..1], "dockerd alone", engines.TheirDaemons[..1], "", total: true);
        }

        int[] all = [.. HostProcesses.Naming(stage.Root)];
        AddRows(report, "containerd-shim-wharf-v2, each", Shims(all, "containerd-shim-wharf-v2"), "containerd-shim-runc-v2, each", Shims(all, "containerd-shim-runc-v2"), "1 MB", total: false);
        foreach (bool ours in new[] { true, false })
        {
            engines.Run(ours, ["rm", "-f", .. names]);
        }
    }

    private static int[] Shims(int[] all, string program) => [.. all.Where(id => HostProcesses.Executable(id) == program)];

    private static void AddRows(Report report, string what, int[] ours, string peer, int[] theirs, string budget, bool total)
    {
        if (ours.Length == 0 || theirs.Length == 0)
        {
            report.Note($"memory of {what}: {ours.Length} and {theirs.Length} processes found, not measured");
            return;
        }

        foreach ((string field, string name, string limit) in new[] { ("Private_Dirty:", "private dirty", budget), ("Pss:", "PSS", "") })
        {
            report.Add(new Row("memory", $"{what}, {name}", "MB", Of(ours, field, total), peer, Of(theirs, field, total), limit));
        }
    }

    private static Figures Of(int[] processes, string field, bool total)
    {
        double[] each = [.. processes.Select(id => Megabytes(id, field))];
        return Figures.One(total ? each.Sum() : Figures.Of(each).Median);
    }

    internal static double Megabytes(int id, string field)
    {
        string line = File.ReadLines($"/proc/{id}/smaps_rollup").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
