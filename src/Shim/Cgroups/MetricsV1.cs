using Wharf.Ttrpc;

namespace Wharf.Shim.Cgroups;

/// <summary>io.containerd.cgroups.v1.Metrics.</summary>
internal static class MetricsV1
{
    internal const string Type = "io.containerd.cgroups.v1.Metrics";

    // In the order of the message's fields, from 1.
    private static readonly string[] MemoryNames =
    [
        "cache", "rss", "rss_huge", "mapped_file", "dirty", "writeback", "pgpgin", "pgpgout", "pgfault", "pgmajfault",
        "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable", "hierarchical_memory_limit", "hierarchical_memsw_limit",
        "total_cache", "total_rss", "total_rss_huge", "total_mapped_file", "total_dirty", "total_writeback", "total_pgpgin", "total_pgpgout", "total_pgfault", "total_pgmajfault",
        "total_inactive_anon", "total_active_anon", "total_inactive_file", "total_active_file", "total_unevictable",
    ];

    private static readonly string[] BlockNames =
    [
        "io_service_bytes", "io_serviced", "io_queued", "io_service_time", "io_wait_time", "io_merged", "time", "sectors",
    ];

    internal static byte[] Read(ContainerCgroup cgroup)
    {
        var metrics = new ProtoWriter();
        HugePages(metrics, cgroup.Folder("hugetlb"));
        if (cgroup.Folder("pids") is { } pids)
        {
            metrics.Message(2, new ProtoWriter().Number(1, ControlFile.Limit(pids, "pids.current")).Number(2, ControlFile.Limit(pids, "pids.max")));
        }

        if (cgroup.Folder("cpuacct") is { } accounting)
        {
            metrics.Message(3, new ProtoWriter().Message(1, Usage(accounting)).Message(2, Throttling(cgroup.Folder("cpu"))));
        }

        if (cgroup.Folder("memory") is { } memory)
        {
            metrics.Message(4, Memory(memory));
        }

        if (cgroup.Folder("blkio") is { } block)
        {
            metrics.Message(5, Block(block));
        }

        RdmaMetrics.Write(metrics, 6, cgroup.Folder("rdma"));
        if (cgroup.Folder("memory") is { } control)
        {
            Dictionary<string, ulong> oom = ControlFile.Pairs(control, "memory.oom_control");
            metrics.Message(9, new ProtoWriter()
                .Number(1, oom.GetValueOrDefault("oom_kill_disable"))
                .Number(2, oom.GetValueOrDefault("under_oom"))
                .Number(3, oom.GetValueOrDefault("oom_kill")));
        }

        return metrics.ToArray();
    }

    private static void HugePages(ProtoWriter metrics, string? folder)
    {
        foreach (string size in HugePageSizes.Of(folder, ".limit_in_bytes"))
        {
            metrics.Message(1, new ProtoWriter()
                .Number(1, ControlFile.Limit(folder, $"hugetlb.{size}.usage_in_bytes"))
                .Number(2, ControlFile.Limit(folder, $"hugetlb.{size}.max_usage_in_bytes"))
                .Number(3, ControlFile.Limit(folder, $"hugetlb.{size}.failcnt"))
                .Text(4, size));
        }
    }

    private static ProtoWriter Usage(string folder)
    {
        ProtoWriter usage = new ProtoWriter()
            .Number(1, ControlFile.Limit(folder, "cpuacct.usage"))
            .Number(2, ControlFile.Limit(folder, "cpuacct.usage_sys"))
            .Number(3, ControlFile.Limit(folder, "cpuacct.usage_user"));
        return usage.Packed(4, [.. ControlFile.Lines(folder, "cpuacct.usage_percpu").SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(ControlFile.Parse)]);
    }

    /// <summary>How often the quota was used up.</summary>
    private static ProtoWriter Throttling(string? folder)
    {
        Dictionary<string, ulong> stat = ControlFile.Pairs(folder, "cpu.stat");
        return new ProtoWriter()
            .Number(1, stat.GetValueOrDefault("nr_periods"))
            .Number(2, stat.GetValueOrDefault("nr_throttled"))
            .Number(3, stat.GetValueOrDefault("throttled_time"));
    }

    private static ProtoWriter Memory(string folder)
    {
        Dictionary<string, ulong> stat = ControlFile.Pairs(folder, "memory.stat");
        var memory = new ProtoWriter();
        for (int index = 0; index < MemoryNames.Length; index++)
        {
            memory.Number(index + 1, stat.GetValueOrDefault(MemoryNames[index]));
        }

        Entry(memory, 33, folder, "memory");
        Entry(memory, 34, folder, "memory.memsw");
        Entry(memory, 35, folder, "memory.kmem");
        Entry(memory, 36, folder, "memory.kmem.tcp");
        return memory;
    }

    private static void Entry(ProtoWriter memory, int field, string folder, string prefix)
    {
        if (ControlFile.Exists(folder, prefix + ".usage_in_bytes"))
        {
            memory.Message(field, new ProtoWriter()
                .Number(1, ControlFile.Limit(folder, prefix + ".limit_in_bytes"))
                .Number(2, ControlFile.Limit(folder, prefix + ".usage_in_bytes"))
                .Number(3, ControlFile.Limit(folder, prefix + ".max_usage_in_bytes"))
                .Number(4, ControlFile.Limit(folder, prefix + ".failcnt")));
        }
    }

    /// <summary>By the scheduler of the disk where it counts, else by the throttle: lines of "8:0 Read 4096", and a last line with the sum.</summary>
    private static ProtoWriter Block(string folder)
    {
        var block = new ProtoWriter();
        for (int index = 0; index < BlockNames.Length; index++)
        {
            string? file = new[] { $"blkio.bfq.{BlockNames[index]}_recursive", $"blkio.{BlockNames[index]}_recursive", $"blkio.throttle.{BlockNames[index]}_recursive" }
                .FirstOrDefault(name => ControlFile.Lines(folder, name).Any(line => line.Contains(':', StringComparison.Ordinal)));
            foreach (string[] parts in file is null ? [] : ControlFile.Lines(folder, file).Select(line => line.Split([' ', ':'])).Where(parts => parts.Length is 3 or 4))
            {
                block.Message(index + 1, new ProtoWriter()
                    .Text(1, parts.Length == 4 ? parts[2] : "")
                    .Number(3, ControlFile.Parse(parts[0]))
                    .Number(4, ControlFile.Parse(parts[1]))
                    .Number(5, ControlFile.Parse(parts[^1])));
            }
        }

        return block;
    }
}
