using System.Globalization;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>containerd-shim-wharf-v2 on wharf-runc beside containerd's shim on runc, called directly: no containerd's time is in it.</summary>
internal static class ShimSection
{
    private const string OurProgram = "containerd-shim-wharf-v2";
    private const string TheirProgram = "containerd-shim-runc-v2";

    internal static void Measure(Stage stage, Report report, int rounds)
    {
        if (Peer.Built(OurProgram, report) is not { } shim || Peer.Built("wharf-runc", report) is not { } runtime)
        {
            return;
        }

        if (Spawner.Find(TheirProgram) is not { } theirShim || Spawner.Find("runc") is not { } theirRuntime)
        {
            report.Note($"{TheirProgram} or runc: not installed, not measured");
            return;
        }

        CurrentProcess.BecomeSubreaper();
        string template = new RuntimeBundle(stage["shim-bundle"], "sleep", "1000").Folder;
        (string Shim, string Runtime)[] pairs = [(shim, runtime), (theirShim, theirRuntime)];
        var sessions = new ShimSession[pairs.Length];
        int number = 0;
        void Renew()
        {
            Close(sessions);
            for (int which = 0; which < pairs.Length; which++)
            {
                sessions[which] = new ShimSession(stage, template, pairs[which].Runtime, string.Create(CultureInfo.InvariantCulture, $"{stage.Name}s{which}{number}"));
            }

            number++;
        }

        try
        {
            Figures[] starts = Pairs.Measure(rounds, Renew, _ => sessions[0].Start(shim), _ => sessions[1].Start(theirShim));
            report.Add(new Row("shim", $"{OurProgram}: start to first answer", "ms", starts[0], TheirProgram, starts[1], "5 ms"));
            Figures[] runs = Pairs.Measure(
                rounds,
                () =>
                {
                    Renew();
                    for (int which = 0; which < pairs.Length; which++)
                    {
                        sessions[which].Start(pairs[which].Shim);
                    }
                },
                _ => sessions[0].Run(),
                _ => sessions[1].Run());
            report.Add(new Row("shim", $"{OurProgram}: create to running", "ms", runs[0], $"{TheirProgram}, runc", runs[1], "16.5 ms"));

            // Idle: what the start has left to do is done, and memory is given back.
            Thread.Sleep(5000);
            foreach ((string field, string name, string budget) in new[] { ("Private_Dirty:", "private dirty", "1 MB"), ("Pss:", "PSS", "") })
            {
                report.Add(new Row("shim", $"{OurProgram}: {name}, one container", "MB", Figures.One(MemorySection.Megabytes(sessions[0].Process, field)), TheirProgram, Figures.One(MemorySection.Megabytes(sessions[1].Process, field)), budget));
            }
        }
        finally
        {
            Close(sessions);
        }
    }

    private static void Close(ShimSession?[] sessions)
    {
        for (int which = 0; which < sessions.Length; which++)
        {
            sessions[which]?.Dispose();
            sessions[which] = null;
        }

        while (Processes.Reap() is not null)
        {
        }
    }
}
