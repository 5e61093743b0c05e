using System.Globalization;

namespace Wharf.Bench;

/// <summary>
/// Networks beside docker's: made and removed, connected to and left, and what three published ports add to a run. The dockerd of the
/// bench writes no firewall rules, because the machine's are not the bench's to change: its figures are the better for it.
/// </summary>
internal static class NetworkSection
{
    private const string Note = "dockerd without its firewall";

    internal static void Measure(Engines engines, Report report, int rounds)
    {
        Figures[] made = Pairs.Measure(rounds, _ => MakeAndRemove(engines, ours: true), _ => MakeAndRemove(engines, ours: false));
        report.Add(new Row("network", "network create, network rm", "ms", made[0], "docker", made[1], Note));

        Create(engines, ours: true, "benchnet");
        Create(engines, ours: false, "benchnet");
        foreach (bool ours in new[] { true, false })
        {
            engines.Run(ours, "run", "-d", "--name", "benchpeer", "busybox:latest", "sleep", "3600");
        }

        Figures[] connected = Pairs.Measure(rounds, _ => ConnectAndLeave(engines, ours: true), _ => ConnectAndLeave(engines, ours: false));
        report.Add(new Row("network", "network connect, disconnect", "ms", connected[0], "docker", connected[1], Note));

        Figures[] published = Pairs.Measure(rounds, _ => Publish(engines, ours: true), _ => Publish(engines, ours: false), _ => Plain(engines, ours: true), _ => Plain(engines, ours: false));
        report.Add(new Row("network", "run --rm with a network and three ports", "ms", published[0], "docker", published[1], Note));
        report.Add(new Row("network", "the same without network", "ms", published[2], "docker", published[3], ""));
        foreach (bool ours in new[] { true, false })
        {
            engines.Run(ours, "rm", "-f", "benchpeer");
            engines.Run(ours, "network", "rm", "benchnet");
        }
    }

    private static void Create(Engines engines, bool ours, string name) =>
        engines.Run(ours, "network", "create", "--subnet", string.Create(CultureInfo.InvariantCulture, $"10.253.{(ours ? 240 : 241)}.{(name == "benchnet" ? 0 : 128)}/25"), name);

    private static void MakeAndRemove(Engines engines, bool ours)
    {
        Create(engines, ours, "benchshort");
        engines.Run(ours, "network", "rm", "benchshort");
    }

    private static void ConnectAndLeave(Engines engines, bool ours)
    {
        engines.Run(ours, "network", "connect", "benchnet", "benchpeer");
        engines.Run(ours, "network", "disconnect", "benchnet", "benchpeer");
    }

    private static void Publish(Engines engines, bool ours) =>
        engines.Run(ours, "run", "--rm", "--network", "benchnet", "-p", "127.0.0.1::80", "-p", "127.0.0.1::81", "-p", "127.0.0.1::82", "busybox:latest", "true");

    private static void Plain(Engines engines, bool ours) => engines.Run(ours, "run", "--rm", "--network", "none", "busybox:latest", "true");
}
