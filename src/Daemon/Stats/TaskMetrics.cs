using Google.Protobuf.WellKnownTypes;
using V1 = Wharf.ContainerdApi.Cgroups.V1;
using V2 = Wharf.ContainerdApi.Cgroups.V2;

namespace Wharf.Daemon.Stats;

/// <summary>Reads the figures of a task, of either kind of cgroups.</summary>
internal static class TaskMetrics
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    internal static StatsSample Read(Any data) => data.TypeUrl switch
    {
        "io.containerd.cgroups.v1.Metrics" => Read(V1.Metrics.Parser.ParseFrom(data.Value)),
        "io.containerd.cgroups.v2.Metrics" => Read(V2.Metrics.Parser.ParseFrom(data.Value)),
        var other => throw new EngineException(EngineErrorKind.System, $"read metrics of a task: unknown type \"{other}\""),
    };

    private static StatsSample Read(V1.Metrics metrics)
    {
        V1.CPUUsage cpu = metrics.Cpu?.Usage ?? new V1.CPUUsage();
        V1.Throttle throttle = metrics.Cpu?.Throttling ?? new V1.Throttle();
        V1.MemoryStat memory = metrics.Memory ?? new V1.MemoryStat();
        V1.MemoryEntry usage = memory.Usage ?? new V1.MemoryEntry();
        V1.BlkIOStat block = metrics.Blkio ?? new V1.BlkIOStat();
        return new StatsSample
        {
            Cpu = cpu.Total,
            CpuInKernel = cpu.Kernel,
            CpuInUser = cpu.User,
            PerCpu = [.. cpu.PerCpu],
            Periods = throttle.Periods,
            ThrottledPeriods = throttle.ThrottledPeriods,
            ThrottledTime = throttle.ThrottledTime,
            Memory = usage.Usage,
            MemoryMost = usage.Max,
            MemoryFailures = usage.Failcnt,
            MemoryLimit = usage.Limit,
            MemoryStats = new SortedDictionary<string, ulong>(StringComparer.Ordinal)
            {
                ["active_anon"] = memory.ActiveAnon,
                ["active_file"] = memory.ActiveFile,
                ["cache"] = memory.Cache,
                ["inactive_anon"] = memory.InactiveAnon,
                ["inactive_file"] = memory.InactiveFile,
                ["mapped_file"] = memory.MappedFile,
                ["rss"] = memory.Rss,
                ["total_inactive_file"] = memory.TotalInactiveFile,
            },
            Processes = metrics.Pids?.Current ?? 0,
            ProcessLimit = metrics.Pids?.Limit ?? 0,
            BlockBytes = [.. block.IoServiceBytesRecursive.Select(Count)],
            BlockOperations = [.. block.IoServicedRecursive.Select(Count)],
        };
    }

    private static StatsSample Read(V2.Metrics metrics)
    {
        V2.CPUStat cpu = metrics.Cpu ?? new V2.CPUStat();
        V2.MemoryStat memory = metrics.Memory ?? new V2.MemoryStat();
        V2.IOEntry[] block = [.. metrics.Io?.Usage ?? []];
        return new StatsSample
        {
            Cpu = cpu.UsageUsec * NanosecondsPerMicrosecond,
            CpuInKernel = cpu.SystemUsec * NanosecondsPerMicrosecond,
            CpuInUser = cpu.UserUsec * NanosecondsPerMicrosecond,
            Periods = cpu.NrPeriods,
            ThrottledPeriods = cpu.NrThrottled,
            ThrottledTime = cpu.ThrottledUsec * NanosecondsPerMicrosecond,
            Memory = memory.Usage,
            MemoryMost = memory.MaxUsage,
            MemoryLimit = memory.UsageLimit,
            MemoryStats = new SortedDictionary<string, ulong>(StringComparer.Ordinal)
            {
                ["active_anon"] = memory.ActiveAnon,
                ["active_file"] = memory.ActiveFile,
                ["anon"] = memory.Anon,
                ["file"] = memory.File,
                ["file_mapped"] = memory.FileMapped,
                ["inactive_anon"] = memory.InactiveAnon,
                ["inactive_file"] = memory.InactiveFile,
            },
            Processes = metrics.Pids?.Current ?? 0,
            ProcessLimit = metrics.Pids?.Limit ?? 0,
            BlockBytes = [.. block.SelectMany(entry => new[] { new BlockCount(entry.Major, entry.Minor, "read", entry.Rbytes), new BlockCount(entry.Major, entry.Minor, "write", entry.Wbytes) })],
            BlockOperations = [.. block.SelectMany(entry => new[] { new BlockCount(entry.Major, entry.Minor, "read", entry.Rios), new BlockCount(entry.Major, entry.Minor, "write", entry.Wios) })],
        };
    }

    private static BlockCount Count(V1.BlkIOEntry entry) => new(entry.Major, entry.Minor, entry.Op.ToLowerInvariant(), entry.Value);
}
