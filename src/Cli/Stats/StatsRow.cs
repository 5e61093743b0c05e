using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Stats;

/// <summary>What a container uses: a line of stats.</summary>
internal static class StatsRow
{
    internal const string Table = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["Container"] = "CONTAINER",
        ["ID"] = "CONTAINER ID",
        ["Name"] = "NAME",
        ["CPUPerc"] = "CPU %",
        ["MemUsage"] = "MEM USAGE / LIMIT",
        ["MemPerc"] = "MEM %",
        ["NetIO"] = "NET I/O",
        ["BlockIO"] = "BLOCK I/O",
        ["PIDs"] = "PIDS",
    };

    internal static FieldRow Of(string asked, JsonElement stats, bool full) => new("*container.statsContext", new Dictionary<string, Func<object?>>
    {
        ["Container"] = () => asked,
        ["ID"] = () => full ? stats.Text("id") : Words.ShortId(stats.Text("id")),
        ["Name"] = () => stats.Text("name").TrimStart('/'),
        ["CPUPerc"] = () => Percent(Cpu(stats)),
        ["MemUsage"] = () => $"{Words.BinarySize(Memory(stats))} / {Words.BinarySize(stats.Find("memory_stats").Number("limit"))}",
        ["MemPerc"] = () => Percent(stats.Find("memory_stats").Number("limit") is > 0 and var limit ? Memory(stats) * 100.0 / limit : 0),
        ["NetIO"] = () => Sizes(Links(stats, "rx_bytes"), Links(stats, "tx_bytes")),
        ["BlockIO"] = () => Sizes(Block(stats, 'r'), Block(stats, 'w')),
        ["PIDs"] = () => stats.Find("pids_stats").Number("current").ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>The share of one processor between two moments, so more than 100 with several.</summary>
    internal static double Cpu(JsonElement stats)
    {
        JsonElement now = stats.Find("cpu_stats");
        JsonElement before = stats.Find("precpu_stats");
        double used = now.Find("cpu_usage").Number("total_usage") - before.Find("cpu_usage").Number("total_usage");
        double passed = now.Number("system_cpu_usage") - before.Number("system_cpu_usage");
        long processors = now.Number("online_cpus") is > 0 and var online ? online : now.Find("cpu_usage").Items("percpu_usage").Count();
        return used > 0 && passed > 0 ? used / passed * processors * 100 : 0;
    }

    /// <summary>Without what the kernel would give up at once: files that nobody has read lately.</summary>
    internal static long Memory(JsonElement stats)
    {
        JsonElement memory = stats.Find("memory_stats");
        long usage = memory.Number("usage");
        JsonElement account = memory.Find("stats");
        long idle = account.Number("total_inactive_file", account.Number("inactive_file"));
        return idle < usage ? usage - idle : usage;
    }

    internal static long Links(JsonElement stats, string field) => stats.Find("networks").Properties().Sum(link => link.Value.Number(field));

    internal static long Block(JsonElement stats, char operation) =>
        stats.Find("blkio_stats").Items("io_service_bytes_recursive").Where(entry => entry.Text("op") is { Length: > 0 } op && char.ToLowerInvariant(op[0]) == operation).Sum(entry => entry.Number("value"));

    private static string Percent(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + "%";

    private static string Sizes(long first, long second) => $"{Words.Size(first)} / {Words.Size(second)}";
}
