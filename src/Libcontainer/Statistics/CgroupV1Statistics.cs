using System.Globalization;

namespace Wharf.Libcontainer.Statistics;

/// <summary>Statistics on cgroup v1: one folder for each controller.</summary>
internal sealed class CgroupV1Statistics(Func<string, string?> folderOf)
{
    // USER_HZ is 100 on every architecture that .NET runs on.
    private const ulong NanosecondsOfTick = 10_000_000;

    internal ContainerStatistics Read() => new()
    {
        Cpu = Cpu(),
        Cpuset = folderOf("cpuset") is { } cpuset ? Cpuset(cpuset) : new CpusetStatistics(),
        Memory = folderOf("memory") is { } memory ? Memory(memory) : new MemoryStatistics(),
        Tasks = folderOf("pids") is { } tasks ? StatisticsFile.Number(tasks, "pids.current") : 0,
        TaskLimit = folderOf("pids") is { } limit && StatisticsFile.Number(limit, "pids.max") is var most and not ulong.MaxValue ? most : 0,
        Block = folderOf("blkio") is { } block ? Block(block) : new BlockStatistics(),
        Hugepages = folderOf("hugetlb") is { } hugetlb ? Hugepages(hugetlb) : new Dictionary<string, HugepageStatistics>(),
    };

    internal static Dictionary<string, HugepageStatistics> Hugepages(string folder)
    {
        const string end = ".usage_in_bytes";
        return Directory.EnumerateFiles(folder, "hugetlb.*" + end)
            .Select(path => Path.GetFileName(path)[..^end.Length])
            .Where(name => !name.EndsWith(".rsvd", StringComparison.Ordinal))
            .ToDictionary(
                name => name["hugetlb.".Length..],
                name => new HugepageStatistics(StatisticsFile.Number(folder, name + end), StatisticsFile.Number(folder, name + ".max_usage_in_bytes"), StatisticsFile.Number(folder, name + ".failcnt")));
    }

    private CpuStatistics Cpu()
    {
        Dictionary<string, ulong> throttling = folderOf("cpu") is { } cpu ? StatisticsFile.Pairs(cpu, "cpu.stat") : [];
        if (folderOf("cpuacct") is not { } folder)
        {
            return new CpuStatistics();
        }

        Dictionary<string, ulong> ticks = StatisticsFile.Pairs(folder, "cpuacct.stat");
        string[][] all = [.. StatisticsFile.Lines(folder, "cpuacct.usage_all").Skip(1).Where(words => words.Length >= 3)];
        return new CpuStatistics
        {
            Total = StatisticsFile.Number(folder, "cpuacct.usage"),
            Kernel = ticks.GetValueOrDefault("system") * NanosecondsOfTick,
            User = ticks.GetValueOrDefault("user") * NanosecondsOfTick,
            PerProcessor = StatisticsFile.Numbers(folder, "cpuacct.usage_percpu"),
            PerProcessorUser = [.. all.Select(words => ulong.Parse(words[1], CultureInfo.InvariantCulture))],
            PerProcessorKernel = [.. all.Select(words => ulong.Parse(words[2], CultureInfo.InvariantCulture))],
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
        };
    }

    private static CpusetStatistics Cpuset(string folder) => new()
    {
        Cpus = StatisticsFile.Ranges(folder, "cpuset.cpus"),
        Mems = StatisticsFile.Ranges(folder, "cpuset.mems"),
        CpuExclusive = StatisticsFile.Number(folder, "cpuset.cpu_exclusive"),
        MemHardwall = StatisticsFile.Number(folder, "cpuset.mem_hardwall"),
        MemExclusive = StatisticsFile.Number(folder, "cpuset.mem_exclusive"),
        MemoryMigrate = StatisticsFile.Number(folder, "cpuset.memory_migrate"),
        MemorySpreadPage = StatisticsFile.Number(folder, "cpuset.memory_spread_page"),
        MemorySpreadSlab = StatisticsFile.Number(folder, "cpuset.memory_spread_slab"),
        MemoryPressure = StatisticsFile.Number(folder, "cpuset.memory_pressure"),
        SchedLoadBalance = StatisticsFile.Number(folder, "cpuset.sched_load_balance"),
        SchedRelaxDomainLevel = StatisticsFile.SignedNumber(folder, "cpuset.sched_relax_domain_level"),
    };

    private static MemoryStatistics Memory(string folder)
    {
        Dictionary<string, ulong> details = StatisticsFile.Pairs(folder, "memory.stat");
        return new MemoryStatistics
        {
            Cache = details.GetValueOrDefault("cache"),
            Usage = Usage(folder, "memory"),
            WithSwap = Usage(folder, "memory.memsw"),
            Kernel = Usage(folder, "memory.kmem"),
            KernelTcp = Usage(folder, "memory.kmem.tcp"),
            Details = details,
        };
    }

    private static MemoryUsage Usage(string folder, string prefix) => new(
        StatisticsFile.Number(folder, prefix + ".usage_in_bytes"),
        StatisticsFile.Number(folder, prefix + ".max_usage_in_bytes"),
        StatisticsFile.Number(folder, prefix + ".limit_in_bytes"),
        StatisticsFile.Number(folder, prefix + ".failcnt"));

    /// <summary>The counters of the scheduler that is in use, else those of throttling, which every kernel has.</summary>
    private static BlockStatistics Block(string folder)
    {
        string prefix = File.Exists(Path.Combine(folder, "blkio.bfq.io_serviced_recursive")) ? "blkio.bfq." : "blkio.throttle.";
        return new BlockStatistics
        {
            Bytes = Entries(folder, prefix + "io_service_bytes_recursive"),
            Operations = Entries(folder, prefix + "io_serviced_recursive"),
            Queued = Entries(folder, prefix + "io_queued_recursive"),
            ServiceTime = Entries(folder, prefix + "io_service_time_recursive"),
            WaitTime = Entries(folder, prefix + "io_wait_time_recursive"),
            Merged = Entries(folder, prefix + "io_merged_recursive"),
            Time = Entries(folder, prefix + "time_recursive"),
            Sectors = Entries(folder, prefix + "sectors_recursive"),
        };
    }

    /// <summary>Lines of "8:0 Read 4096"; the line of the sum over all devices has no device.</summary>
    private static IReadOnlyList<BlockEntry> Entries(string folder, string file) =>
        [.. StatisticsFile.Lines(folder, file).Where(words => words[0].Contains(':', StringComparison.Ordinal)).Select(words =>
        {
            string[] device = words[0].Split(':');
            return new BlockEntry(ulong.Parse(device[0], CultureInfo.InvariantCulture), ulong.Parse(device[1], CultureInfo.InvariantCulture), words.Length > 2 ? words[1] : string.Empty, ulong.Parse(words[^1], CultureInfo.InvariantCulture));
        })];
}
