using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>
/// wharf-runc beside other runtimes on one bundle. Old versions of crun refuse a hybrid cgroup mount, so all of them run in a mount
/// namespace without its second part.
/// </summary>
internal static class RuntimeSection
{
    private const string Unified = "/sys/fs/cgroup/unified";

    /// <summary>Starts this program again in that namespace and takes over its rows.</summary>
    internal static void Measure(Stage stage, Report report, int rounds)
    {
        string rows = stage["runtimes.rows"];
        string own = Environment.ProcessPath!;
        Command.Run("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", $"umount {Unified} 2>/dev/null; exec \"$0\" \"$@\"", own, "--inside", rows, "--rounds", $"{rounds}"], timeout: TimeSpan.FromMinutes(5)).Succeeds();
        foreach (string line in File.ReadLines(rows))
        {
            if (line.StartsWith('#'))
            {
                report.Note(line[1..]);
            }
            else
            {
                report.Add(Row.FromLine(line));
            }
        }
    }

    internal static void MeasureInside(Stage stage, Report report, int rounds)
    {
        if (Peer.Built("wharf-runc", report) is not { } ours)
        {
            return;
        }

        CurrentProcess.BecomeSubreaper();
        string bundle = MakeBundle(stage, ours);
        Peer[] runtimes = [new("wharf-runc", ours), .. new[] { Peer.Find("runc", report), Peer.Find("crun", report) }.OfType<Peer>()];
        report.Note($"runtimes: busybox's true in new pid, network, ipc, uts, mount and cgroup namespaces, {(Directory.Exists(Unified) ? "hybrid host with the v2 part unmounted for all of them" : "as the host mounts cgroups")}");
        AddRows(report, "run /bin/true", "8 ms", runtimes, Pairs.Measure(rounds, [.. runtimes.Select<Peer, Action<int>>(runtime => round =>
            Pairs.Run(runtime.Path, ["--root", stage["state-" + Path.GetFileName(runtime.Path)], "run", "--bundle", bundle, $"{stage.Name}r{round}"]))]));
        AddRows(report, "create, start, delete", "", runtimes, Pairs.Measure(rounds / 2, [.. runtimes.Select<Peer, Action<int>>(runtime => round =>
        {
            string[] root = ["--root", stage["state-" + Path.GetFileName(runtime.Path)]];
            string id = $"{stage.Name}c{round}";
            Pairs.Run(runtime.Path, [.. root, "create", "--bundle", bundle, id]);
            Pairs.Run(runtime.Path, [.. root, "start", id]);
            Pairs.Run(runtime.Path, [.. root, "delete", "--force", id]);
            while (Processes.Reap() is not null)
            {
            }
        })]));
    }

    private static void AddRows(Report report, string what, string budget, Peer[] runtimes, Figures[] figures)
    {
        for (int which = 1; which < runtimes.Length; which++)
        {
            report.Add(new Row("runtimes", "wharf-runc: " + what, "ms", figures[0], runtimes[which].Name, figures[which], budget));
        }
    }

    private static string MakeBundle(Stage stage, string runtime)
    {
        string bundle = stage["bundle"];
        string programs = Path.Combine(bundle, "rootfs", "bin");
        Directory.CreateDirectory(programs);
        File.Copy("/bin/busybox", Path.Combine(programs, "busybox"));
        File.CreateSymbolicLink(Path.Combine(programs, "true"), "busybox");
        Command.Run(runtime, ["spec"], workingDirectory: bundle).Succeeds();
        string config = Path.Combine(bundle, "config.json");
        JsonNode spec = JsonNode.Parse(File.ReadAllText(config))!;
        // A version that the oldest of the peers knows.
        spec["ociVersion"] = "1.0.2";
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray("/bin/true");
        File.WriteAllText(config, spec.ToJsonString());
        return bundle;
    }
}
