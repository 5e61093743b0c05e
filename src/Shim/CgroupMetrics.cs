using System.Globalization;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>io.containerd.cgroups.v1.Metrics of a process's cgroup: pids, CPU and memory.</summary>
internal static class CgroupMetrics
{
    internal const string Type = "io.containerd.cgroups.v1.Metrics";

    internal static byte[] Read(int pid)
    {
        var metrics = new ProtoWriter();
        if (CgroupFolders.Of(pid, "pids") is { } pids)
        {
            metrics.Message(2, new ProtoWriter().Number(1, Number(pids, "pids.current")).Number(2, Number(pids, "pids.max")));
        }

        if (CgroupFolders.Of(pid, "cpuacct") is { } cpu)
        {
            var usage = new ProtoWriter()
                .Number(1, Number(cpu, "cpuacct.usage"))
                .Number(2, Number(cpu, "cpuacct.usage_sys"))
                .Number(3, Number(cpu, "cpuacct.usage_user"));
            metrics.Message(3, new ProtoWriter().Message(1, usage).Message(2, Throttling(pid)));
        }

        if (CgroupFolders.Of(pid, "memory") is { } memory)
        {
            metrics.Message(4, Memory(memory));
        }

        if (CgroupFolders.Of(pid, "blkio") is { } block)
        {
            metrics.Message(5, Counts(Counts(new ProtoWriter(), 1, block, "blkio.throttle.io_service_bytes_recursive"), 2, block, "blkio.throttle.io_serviced_recursive"));
        }

        return metrics.ToArray();
    }

    /// <summary>How often the quota was used up.</summary>
    private static ProtoWriter Throttling(int pid)
    {
        string? file = CgroupFolders.Of(pid, "cpu") is { } folder ? Path.Combine(folder, "cpu.stat") : null;
        Dictionary<string, ulong> stat = file is not null && File.Exists(file) ? Pairs(file) : [];
        return new ProtoWriter()
            .Number(1, stat.GetValueOrDefault("nr_periods"))
            .Number(2, stat.GetValueOrDefault("nr_throttled"))
            .Number(3, stat.GetValueOrDefault("throttled_time"));
    }

    /// <summary>Lines of device, operation and value: "8:0 Read 4096". The last line is a sum.</summary>
    private static ProtoWriter Counts(ProtoWriter block, int field, string folder, string file)
    {
        string path = Path.Combine(folder, file);
        foreach (string[] parts in (File.Exists(path) ? File.ReadLines(path) : []).Select(line => line.Split([' ', ':'])).Where(parts => parts.Length == 4))
        {
            block.Message(field, new ProtoWriter()
                .Text(1, parts[2])
                .Number(3, ulong.Parse(parts[0], CultureInfo.InvariantCulture))
                .Number(4, ulong.Parse(parts[1], CultureInfo.InvariantCulture))
                .Number(5, ulong.Parse(parts[3], CultureInfo.InvariantCulture)));
        }

        return block;
    }

    private static Dictionary<string, ulong> Pairs(string file) =>
        File.ReadLines(file).Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => ulong.Parse(parts[1], CultureInfo.InvariantCulture));

    private static ProtoWriter Memory(string folder)
    {
        Dictionary<string, ulong> stat = Pairs(Path.Combine(folder, "memory.stat"));
        ulong Stat(string name) => stat.GetValueOrDefault(name);
        return new ProtoWriter()
            .Number(1, Stat("cache"))
            .Number(2, Stat("rss"))
            .Number(4, Stat("mapped_file"))
            .Number(11, Stat("inactive_anon"))
            .Number(12, Stat("active_anon"))
            .Number(13, Stat("inactive_file"))
            .Number(14, Stat("active_file"))
            .Number(30, Stat("total_inactive_file"))
            .Message(33, new ProtoWriter()
                .Number(1, Number(folder, "memory.limit_in_bytes"))
                .Number(2, Number(folder, "memory.usage_in_bytes"))
                .Number(3, Number(folder, "memory.max_usage_in_bytes"))
                .Number(4, Number(folder, "memory.failcnt")));
    }

    /// <summary>The number in a control file; "max" is 0, as containerd has it.</summary>
    private static ulong Number(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) && ulong.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
    }
}
