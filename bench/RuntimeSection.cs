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
    private const string Fifth = "a fifth of runc, under crun";
    private const int AtOnce = 200;

    /// <summary>Starts this program again in that namespace and takes over its rows.</summary>
    internal static void Measure(Stage stage, Report report, int rounds, IReadOnlyList<string> peers)
    {
        string rows = stage["runtimes.rows"];
        string own = Environment.ProcessPath!;
        Command.Run("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", $"umount {Unified} 2>/dev/null; exec \"$0\" \"$@\"", own, "--inside", rows, "--rounds", $"{rounds}", .. peers.SelectMany(path => new[] { "--runtime", path })], timeout: TimeSpan.FromMinutes(20)).Succeeds();
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

    internal static void MeasureInside(Stage stage, Report report, int rounds, IReadOnlyList<string> peers)
    {
        if (Peer.Built("wharf-runc", report) is not { } ours)
        {
            return;
        }

        CurrentProcess.BecomeSubreaper();

        // As /run is on every host: an ext4 looks for unused inodes longer than a runtime runs.
        Directory.CreateDirectory(stage["run"]);
        Command.Run("mount", "-t", "tmpfs", "tmpfs", stage["run"]).Succeeds();
        var bundle = new RuntimeBundle(stage["bundle"], "/bin/true");
        var sleeper = new RuntimeBundle(stage["sleeper"], "/bin/sleep", "1000");
        IEnumerable<Peer> named = peers.Count > 0 ? peers.Select(Peer.At) : new[] { Peer.Find("runc", report), Peer.Find("crun", report) }.OfType<Peer>();
        Runtime[] runtimes = [.. named.Prepend(new Peer("wharf-runc", ours)).Select((peer, number) => new Runtime(peer, stage["run"], number))];
        report.Note($"runtimes: docker's default config (seccomp, capabilities, masked paths, devices, cgroups, six namespaces), busybox, state on a tmpfs, {(Directory.Exists(Unified) ? "hybrid host with the v2 part unmounted for all of them" : "as the host mounts cgroups")}");
        string name = stage.Name;
        AddRows(report, "run /bin/true", Fifth, runtimes, Pairs.Measure(rounds, Each(runtimes, (runtime, round) => runtime.Run("run", "--bundle", bundle.Folder, $"{name}r{round}"))));

        // Each its own: containers of one name have one cgroup, whoever makes them.
        foreach (Runtime runtime in runtimes)
        {
            runtime.Run("run", "--detach", "--bundle", sleeper.Folder, Sleeper(runtime));
        }

        AddRows(report, "exec /bin/true", Fifth, runtimes, Pairs.Measure(rounds, Each(runtimes, (runtime, _) => runtime.Run("exec", Sleeper(runtime), "/bin/true"))));
        foreach (Runtime runtime in runtimes)
        {
            runtime.Run("delete", "--force", Sleeper(runtime));
            Reap();
        }

        AddRows(report, "create, start, delete", Fifth, runtimes, Pairs.Measure(rounds / 2, Each(runtimes, (runtime, round) =>
        {
            string id = $"{name}c{round}";
            runtime.Run("create", "--bundle", bundle.Folder, id);
            runtime.Run("start", id);
            runtime.Run("delete", "--force", id);
            Reap();
        })));
        double[] seconds = [.. runtimes.Select(_ => 0.0)];
        Figures[] atOnce = Pairs.Measure(Math.Max(1, rounds / 50), Each(runtimes, (runtime, round) =>
        {
            double began = RuntimeMemory.ChildrenSeconds();
            runtime.RunAtOnce(AtOnce, bundle.Folder, $"{name}p{round}");
            seconds[runtime.Number] = RuntimeMemory.ChildrenSeconds() - began;
        }));
        AddRows(report, $"{AtOnce} containers at once", "a fifth of runc", runtimes, atOnce);
        AddRows(report, $"{AtOnce} containers at once, processor time of each", "", runtimes, [.. seconds.Select(one => Figures.One(one * 1000 / AtOnce))]);
        // Before the bundle gets a limit.
        TimingNotes.Measure(runtimes[0], bundle.Folder, name + "t", rounds, report);
        AddRows(report, "peak memory of the runtime", "crun x 1.5", runtimes, [.. runtimes.Select(runtime => Figures.One(RuntimeMemory.Peak(runtime, sleeper.Folder, name + "m")))], "MB");
        AddRows(report, "smallest memory limit", "2.1 MB (2 MiB)", runtimes, [.. runtimes.Select(runtime => Figures.One(RuntimeMemory.SmallestLimit(runtime, bundle, name + "l")))], "MB");
        string Sleeper(Runtime runtime) => $"{name}s{runtime.Number}";
    }

    private static Action<int>[] Each(Runtime[] runtimes, Action<Runtime, int> action) => [.. runtimes.Select<Runtime, Action<int>>(runtime => round => action(runtime, round))];

    /// <summary>What a runtime has left to this process, its sub-reaper.</summary>
    private static void Reap()
    {
        while (Processes.Reap() is not null)
        {
        }
    }

    private static void AddRows(Report report, string what, string budget, Runtime[] runtimes, Figures[] figures, string unit = "ms")
    {
        for (int which = 1; which < runtimes.Length; which++)
        {
            report.Add(new Row("runtimes", "wharf-runc: " + what, unit, figures[0], runtimes[which].Peer.Name, figures[which], budget));
        }
    }
}
