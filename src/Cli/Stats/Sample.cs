using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Stats;

/// <summary>What a container used at one moment, and since the moment before.</summary>
/// <param name="Cpu">Percent of one processor.</param>
/// <param name="Memory">Bytes, without what the kernel would give up at once.</param>
/// <param name="Received">Bytes a second over the network.</param>
/// <param name="Sent">Bytes a second over the network.</param>
/// <param name="Disk">Bytes a second read from and written to block devices.</param>
internal sealed record Sample(double Cpu, double Memory, double Received, double Sent, double Disk)
{
    /// <param name="stats">What the engine says now.</param>
    /// <param name="before">What it said last; null for the first.</param>
    internal static Sample Of(JsonElement stats, JsonElement? before)
    {
        double seconds = before is { } earlier ? (Read(stats) - Read(earlier)).TotalSeconds : 0;
        double Rate(Func<JsonElement, long> total) => seconds > 0 && before is { } last ? Math.Max(0, total(stats) - total(last)) / seconds : 0;
        return new Sample(
            StatsRow.Cpu(stats),
            StatsRow.Memory(stats),
            Rate(one => StatsRow.Links(one, "rx_bytes")),
            Rate(one => StatsRow.Links(one, "tx_bytes")),
            Rate(one => StatsRow.Block(one, 'r') + StatsRow.Block(one, 'w')));
    }

    private static DateTimeOffset Read(JsonElement stats) =>
        DateTimeOffset.TryParse(stats.Text("read"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : default;
}
