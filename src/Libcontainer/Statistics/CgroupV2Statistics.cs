using System.Globalization;

namespace Wharf.Libcontainer.Statistics;

/// <summary>Statistics on cgroup v2, given the meaning that v1 gives them where the two differ.</summary>
internal static class CgroupV2Statistics
{
    private const ulong NanosecondsOfMicrosecond = 1000;

    internal static ContainerStatistics Read(string folder) => new()
    {
        Cpu = Cpu(folder),
        Cpuset = new CpusetStatistics { Cpus = StatisticsFile.Ranges(folder, "cpuset.cpus.effective"), Mems = StatisticsFile.Ranges(folder, "cpuset.mems.effective") },
        Memory = Memory(folder),
        Tasks = StatisticsFile.Number(folder, "pids.current"),
        TaskLimit = StatisticsFile.Number(folder, "pids.max") is var most and not ulong.MaxValue ? most : 0,
        Block = Block(folder),
        Hugepages = Hugepages(folder),
    };

    private static CpuStatistics Cpu(string folder)
    {
        Dictionary<string, ulong> stat = StatisticsFile.Pairs(folder, "cpu.stat");
        return new CpuStatistics
        {
            Total = stat.GetValueOrDefault("usage_usec") * NanosecondsOfMicrosecond,
            User = stat.GetValueOrDefault("user_usec") * NanosecondsOfMicrosecond,
            Kernel = stat.GetValueOrDefault("system_usec") * NanosecondsOfMicrosecond,
            Periods = stat.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = stat.GetValueOrDefault("nr_throttled"),
            ThrottledTime = stat.GetValueOrDefault("throttled_usec") * NanosecondsOfMicrosecond,
            Pressure = StatisticsFile.Pressure(folder, "cpu.pressure"),
        };
    }

    private static MemoryStatistics Memory(string folder)
    {
        Dictionary<string, ulong> details = StatisticsFile.Pairs(folder, "memory.stat");
        MemoryUsage memory = Usage(folder, "memory");
        MemoryUsage swap = Usage(folder, "memory.swap");
        return new MemoryStatistics
        {
            Cache = details.GetValueOrDefault("file"),
            Usage = memory with { Failures = StatisticsFile.Pairs(folder, "memory.events").GetValueOrDefault("max") },

            // v1 counts memory and swap together; a peak of the sum is not known.
            WithSwap = new MemoryUsage(memory.Used + swap.Used, 0, swap.Limit == ulong.MaxValue || memory.Limit == ulong.MaxValue ? ulong.MaxValue : memory.Limit + swap.Limit),
            Details = details,
            Pressure = StatisticsFile.Pressure(folder, "memory.pressure"),
        };
    }

    private static MemoryUsage Usage(string folder, string prefix) => new(
        StatisticsFile.Number(folder, prefix + ".current"),
        StatisticsFile.Number(folder, prefix + ".peak"),
        StatisticsFile.Number(folder, prefix + ".max"));

    /// <summary>Lines of "8:0 rbytes=1 wbytes=2 rios=3 wios=4 …".</summary>
    private static BlockStatistics Block(string folder)
    {
        var bytes = new List<BlockEntry>();
        var operations = new List<BlockEntry>();
        foreach (string[] words in StatisticsFile.Lines(folder, "io.stat").Where(words => words[0].Contains(':', StringComparison.Ordinal)))
        {
            string[] device = words[0].Split(':');
            ulong major = ulong.Parse(device[0], CultureInfo.InvariantCulture);
            ulong minor = ulong.Parse(device[1], CultureInfo.InvariantCulture);
            foreach (string[] pair in words.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2))
            {
                List<BlockEntry>? list = pair[0] is "rbytes" or "wbytes" ? bytes : pair[0] is "rios" or "wios" ? operations : null;
                list?.Add(new BlockEntry(major, minor, pair[0][0] == 'r' ? "Read" : "Write", ulong.Parse(pair[1], CultureInfo.InvariantCulture)));
            }
        }

        return new BlockStatistics { Bytes = bytes, Operations = operations, Pressure = StatisticsFile.Pressure(folder, "io.pressure") };
    }

    private static Dictionary<string, HugepageStatistics> Hugepages(string folder)
    {
        const string end = ".current";
        return Directory.EnumerateFiles(folder, "hugetlb.*" + end)
            .Select(path => Path.GetFileName(path)[..^end.Length])
            .Where(name => !name.EndsWith(".rsvd", StringComparison.Ordinal))
            .ToDictionary(
                name => name["hugetlb.".Length..],
                name => new HugepageStatistics(StatisticsFile.Number(folder, name + end), 0, StatisticsFile.Pairs(folder, name + ".events").GetValueOrDefault("max")));
    }
}
