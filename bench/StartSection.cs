using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>How long each program takes to print its version, and how large its file is.</summary>
internal static class StartSection
{
    /// <summary>The whole command table is read and written out.</summary>
    private const string Help = "--help";

    private static readonly (string Ours, string Flag, string[] Theirs)[] Programs =
    [
        ("wharf", "--version", ["docker"]),
        ("wharf", Help, ["docker"]),
        ("wharfd", "--version", ["dockerd"]),
        ("wharf-containerd", "--version", ["containerd"]),
        ("containerd-shim-wharf-v2", "-v", ["containerd-shim-runc-v2"]),
        ("wharf-runc", "--version", ["runc", "crun"]),
    ];

    internal static void Measure(Report report, int rounds)
    {
        foreach ((string program, string flag, string[] theirs) in Programs)
        {
            if (Peer.Built(program, report) is not { } ours)
            {
                continue;
            }

            foreach (string name in theirs)
            {
                if (Wharf.Linux.Spawner.Find(name) is not { } path)
                {
                    report.Note($"{name}: not installed, not measured");
                    continue;
                }

                if (Command.Run(ours, flag) is { ExitCode: not 0 } failed)
                {
                    report.Note($"{program} {flag}: exit code {failed.ExitCode}, not measured");
                }
                else
                {
                    Figures[] figures = Pairs.Measure(rounds / 2, _ => Pairs.Run(ours, [flag]), _ => Pairs.Run(path, [flag]));
                    report.Add(new Row("start", $"{program} {flag}", "ms", figures[0], name, figures[1], flag == Help ? "10 ms" : ""));
                }

                if (flag == Help)
                {
                    continue;
                }

                report.Add(new Row("start", $"{program}, file", "MB", Size(ours), name, Size(path), ""));
            }
        }
    }

    private static Figures Size(string path) => Figures.One((File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path)).Length / 1e6);
}
