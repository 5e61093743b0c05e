namespace Wharf.Bench;

/// <summary>run --rm busybox true, from the client's start to its end.</summary>
internal static class RunSection
{
    internal static void Measure(Engines engines, Report report, int rounds)
    {
        foreach (string network in new[] { "none", "bridge" })
        {
            string[] command = ["run", "--rm", "--network", network, "busybox:latest", "true"];
            Figures[] figures = Pairs.Measure(rounds, _ => engines.Run(ours: true, command), _ => engines.Run(ours: false, command));
            report.Add(new Row("run", $"run --rm --network {network} busybox true", "ms", figures[0], engines.TheirName, figures[1], "40 ms, a sixth"));
        }
    }
}
