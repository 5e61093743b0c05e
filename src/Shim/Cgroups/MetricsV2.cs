using Wharf.Ttrpc;

namespace Wharf.Shim.Cgroups;

/// <summary>io.containerd.cgroups.v2.Metrics.</summary>
internal static class MetricsV2
{
    internal const string Type = "io.containerd.cgroups.v2.Metrics";

    // In the order of the messages' fields, from 1.
    private static readonly string[] CpuNames = ["usage_usec", "user_usec", "system_usec", "nr_periods", "nr_throttled", "throttled_usec"];

    private static readonly string[] MemoryNames =
    [
        "anon", "file", "kernel_stack", "slab", "sock", "shmem", "file_mapped", "file_dirty", "file_writeback", "anon_thp",
        "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable", "slab_reclaimable", "slab_unreclaimable",
        "pgfault", "pgmajfault", "workingset_refault", "workingset_activate", "workingset_nodereclaim", "pgrefill", "pgscan", "pgsteal",
        "pgactivate", "pgdeactivate", "pglazyfree", "pglazyfreed", "thp_fault_alloc", "thp_collapse_alloc",
    ];

    private static readonly string[] EventNames = ["low", "high", "max", "oom", "oom_kill", "oom_group_kill"];

    private static readonly string[] IoNames = ["rbytes", "wbytes", "rios", "wios"];

    internal static byte[] Read(ContainerCgroup cgroup)
    {
        string? folder = cgroup.Folder("");
        var metrics = new ProtoWriter();
        if (ControlFile.Exists(folder, "pids.current"))
        {
            metrics.Message(1, new ProtoWriter().Number(1, ControlFile.Limit(folder, "pids.current")).Number(2, ControlFile.Limit(folder, "pids.max")));
        }

        ProtoWriter cpu = Named(new ProtoWriter(), CpuNames, ControlFile.Pairs(folder, "cpu.stat"));
        Dictionary<string, ulong> bursts = ControlFile.Pairs(folder, "cpu.stat");
        metrics.Message(2, Pressure(cpu, 7, folder, "cpu.pressure").Number(8, bursts.GetValueOrDefault("nr_bursts")).Number(9, bursts.GetValueOrDefault("burst_usec")));
        if (ControlFile.Exists(folder, "memory.stat"))
        {
            metrics.Message(4, Memory(folder));
        }

        RdmaMetrics.Write(metrics, 5, folder);
        if (ControlFile.Exists(folder, "io.stat"))
        {
            metrics.Message(6, Io(folder));
        }

        foreach (string size in HugePageSizes.Of(folder, ".current"))
        {
            metrics.Message(7, new ProtoWriter()
                .Number(1, ControlFile.Limit(folder, $"hugetlb.{size}.current"))
                .Number(2, ControlFile.Number(folder, $"hugetlb.{size}.max"))
                .Text(3, size)
                .Number(4, ControlFile.Pairs(folder, $"hugetlb.{size}.events").GetValueOrDefault("max")));
        }

        if (ControlFile.Exists(folder, "memory.events"))
        {
            metrics.Message(8, Named(new ProtoWriter(), EventNames, ControlFile.Pairs(folder, "memory.events")));
        }

        return metrics.ToArray();
    }

    private static ProtoWriter Memory(string? folder)
    {
        Dictionary<string, ulong> stat = ControlFile.Pairs(folder, "memory.stat");

        // Newer kernels count the two kinds of pages apart.
        foreach (string name in new[] { "workingset_refault", "workingset_activate" })
        {
            stat.TryAdd(name, stat.GetValueOrDefault(name + "_anon") + stat.GetValueOrDefault(name + "_file"));
        }

        ProtoWriter memory = Named(new ProtoWriter(), MemoryNames, stat)
            .Number(32, ControlFile.Limit(folder, "memory.current"))
            .Number(33, ControlFile.Number(folder, "memory.max"))
            .Number(34, ControlFile.Limit(folder, "memory.swap.current"))
            .Number(35, ControlFile.Number(folder, "memory.swap.max"))
            .Number(36, ControlFile.Limit(folder, "memory.peak"))
            .Number(37, ControlFile.Limit(folder, "memory.swap.peak"));
        return Pressure(memory, 38, folder, "memory.pressure");
    }

    /// <summary>Lines of "8:0 rbytes=4096 wbytes=0 …".</summary>
    private static ProtoWriter Io(string? folder)
    {
        var io = new ProtoWriter();
        foreach (string[] parts in ControlFile.Lines(folder, "io.stat").Select(line => line.Split(' ')).Where(parts => parts[0].Contains(':', StringComparison.Ordinal)))
        {
            string[] device = parts[0].Split(':');
            Dictionary<string, ulong> counts = parts.Skip(1).Select(part => part.Split('=')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => ControlFile.Parse(pair[1]));
            ProtoWriter entry = new ProtoWriter().Number(1, ControlFile.Parse(device[0])).Number(2, ControlFile.Parse(device[1]));
            for (int index = 0; index < IoNames.Length; index++)
            {
                entry.Number(index + 3, counts.GetValueOrDefault(IoNames[index]));
            }

            io.Message(1, entry);
        }

        return Pressure(io, 2, folder, "io.pressure");
    }

    private static ProtoWriter Named(ProtoWriter message, string[] names, Dictionary<string, ulong> counts)
    {
        for (int index = 0; index < names.Length; index++)
        {
            message.Number(index + 1, counts.GetValueOrDefault(names[index]));
        }

        return message;
    }

    /// <summary>PSIStats: lines of "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and "full" likewise.</summary>
    private static ProtoWriter Pressure(ProtoWriter message, int field, string? folder, string file)
    {
        var stats = new ProtoWriter();
        bool any = false;
        foreach (string[] parts in ControlFile.Lines(folder, file).Select(line => line.Split([' ', '='])).Where(parts => parts.Length == 9))
        {
            any = true;
            stats.Message(parts[0] == "some" ? 1 : 2, new ProtoWriter()
                .Real(1, parts[2])
                .Real(2, parts[4])
                .Real(3, parts[6])
                .Number(4, ControlFile.Parse(parts[8])));
        }

        return any ? message.Message(field, stats) : message;
    }
}
