using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>Pull and unpack of a Debian image of several layers from a registry on loopback.</summary>
internal static class PullSection
{
    internal static void Measure(Engines engines, Report report, int rounds)
    {
        if (Peer.Find("docker-registry", report) is null || Peer.Find("skopeo", report) is null)
        {
            return;
        }

        string archive = Path.Combine(Programs.Checkout, "out", "images", "debian.tar");
        Command made = Command.Run(Path.Combine(Programs.Checkout, "scripts", "debian-image"), [archive], timeout: TimeSpan.FromMinutes(5));
        if (made.ExitCode != 0)
        {
            report.Note($"Debian image: cannot be made, pulling is not measured: {made.Error.Trim().Split('\n')[^1]}");
            return;
        }

        using var registry = new DockerRegistry();
        registry.Add("oci-archive:" + archive, "debian:12");
        string name = $"{registry.Authority}/debian:12";
        Figures[] figures = Pairs.Measure(
            rounds,
            between: () =>
            {
                engines.Ask(ours: true, "rmi", name);
                engines.Ask(ours: false, "rmi", name);
            },
            Pull(ours: true),
            Pull(ours: false));
        report.Add(new Row("pull", $"pull and unpack, {new FileInfo(archive).Length / 1_000_000} MB in 3 layers", "ms", figures[0], engines.TheirName, figures[1], ""));

        Action<int> Pull(bool ours) => _ => engines.Run(ours, "pull", "--quiet", name);
    }
}
