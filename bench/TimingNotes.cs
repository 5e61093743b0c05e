using System.Globalization;
using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>The table of `wharf-runc --timing run`: the median of each step, and the filter's two steps beside libseccomp.</summary>
internal static class TimingNotes
{
    internal static void Measure(Runtime runtime, string bundle, string id, int rounds, Report report)
    {
        var steps = new List<string>();
        var times = new Dictionary<string, (List<double> At, List<double> Took)>();
        for (int round = 0; round < rounds; round++)
        {
            foreach (string line in Command.Run(runtime.Peer.Path, ["--timing", .. runtime.Arguments("run", "--bundle", bundle, $"{id}{round}")]).Succeeds().Error.Split('\n').Where(line => line.StartsWith("timing ", StringComparison.Ordinal)))
            {
                string[] fields = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
                if (!times.TryGetValue(fields[3], out (List<double> At, List<double> Took) known))
                {
                    steps.Add(fields[3]);
                    known = times[fields[3]] = ([], []);
                }

                known.At.Add(double.Parse(fields[1], CultureInfo.InvariantCulture));
                known.Took.Add(double.Parse(fields[2], CultureInfo.InvariantCulture));
            }
        }

        report.Note("timing of run /bin/true: median microseconds since the start, and of the step");
        foreach (string step in steps.OrderBy(step => Figures.Of(times[step].At).Median))
        {
            report.Note(string.Create(CultureInfo.InvariantCulture, $"timing {Figures.Of(times[step].At).Median,6:0} {Figures.Of(times[step].Took).Median,6:0} {step}"));
        }

        double Took(string step) => times.Single(pair => pair.Key.EndsWith(step, StringComparison.Ordinal)).Value is var (_, took) ? Figures.Of(took).Median / 1000 : 0;
        if (LibseccompFilter.Measure(Path.Combine(bundle, "config.json"), rounds) is { } theirs)
        {
            report.Add(new Row("runtimes", "wharf-runc: docker's filter, built and installed", "ms", Figures.One(Took("filter compiled") + Took("filter installed")), "libseccomp", theirs, "a tenth"));
        }
        else
        {
            report.Note("libseccomp.so.2: not installed, not measured");
        }
    }
}
