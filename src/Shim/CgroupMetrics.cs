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
            metrics.Message(3, new ProtoWriter().Message(1, usage));
        }

        if (CgroupFolders.Of(pid, "memory") is { } memory)
        {
            metrics.Message(4, Memory(memory));
        }

        return metrics.ToArray();
    }

    private static ProtoWriter Memory(string folder)
    {
        Dictionary<string, ulong> stat = File.ReadLines(Path.Combine(folder, "memory.stat"))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => ulong.Parse(parts[1], CultureInfo.InvariantCulture));
        ulong Stat(string name) => stat.GetValueOrDefault(name);
        return new ProtoWriter()
            .Number(1, Stat("cache"))
            .Number(2, Stat("rss"))
            .Number(4, Stat("mapped_file"))
            .Number(11, Stat("inactive_anon"))
            .Number(12, Stat("active_anon"))
            .Number(13, Stat("inactive_file"))
            .Number(14, Stat("active_file"))
            .Number(29, Stat("total_inactive_file"))
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
