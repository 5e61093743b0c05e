using System.Globalization;
using Wharf.Libcontainer.Statistics;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Limits on cgroup v2; the spec speaks v1, the conversions are those of config-linux.md's implementers.</summary>
internal static class CgroupV2Limits
{
    internal static void Apply(string folder, Resources resources)
    {
        if (resources.Memory is { } memory)
        {
            Memory(folder, memory);
        }

        if (resources.Cpu is { } cpu)
        {
            Cpu(folder, cpu);
        }

        if (resources.Pids?.Limit is { } pids)
        {
            Write(folder, "pids.max", PidsLimit.Text(pids));
        }

        if (resources.BlockIO is { } io)
        {
            BlockIO(folder, io);
        }

        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            Write(folder, $"hugetlb.{limit.PageSize}.max", Text(limit.Limit));
            HugepageReservation.Limit(folder, $"hugetlb.{limit.PageSize}.rsvd.max", Text(limit.Limit));
        }

        foreach ((string device, RdmaLimit limit) in resources.Rdma ?? new Dictionary<string, RdmaLimit>())
        {
            Write(folder, "rdma.max", RdmaLine.Of(device, limit));
        }

        foreach ((string file, string value) in resources.Unified ?? new Dictionary<string, string>())
        {
            Unified(folder, file, value);
        }
    }

    /// <summary>The spec's share, 2…262144 with 1024 for an ordinary one, as a weight, 1…10000 with 100: the curve through these three points that runc and crun use.</summary>
    internal static ulong Weight(ulong shares)
    {
        if (shares is <= 2 or >= 262144)
        {
            return shares <= 2 ? 1UL : 10000UL;
        }

        double bits = Math.Log2(shares);
        return (ulong)Math.Ceiling(Math.Pow(10, ((bits * bits) + (125 * bits)) / 612.0 - (7.0 / 34.0)));
    }

    private static void Unified(string folder, string file, string value)
    {
        if (file.Contains('/', StringComparison.Ordinal))
        {
            throw new ContainerException($"unified resource \"{file}\" must be a file name (no slashes)");
        }

        foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ControlFile.TryWrite(folder, file, line) is not { } errno)
            {
                continue;
            }

            string controller = file.Split('.')[0];
            bool available = StatisticsFile.Lines(folder, "cgroup.controllers").Any(words => words.Contains(controller));
            throw new ContainerException(errno is Errno.ENOENT or Errno.EPERM && controller != "cgroup" && !available
                ? $"unified resource \"{file}\" can't be set: controller \"{controller}\" not available"
                : $"unable to set unified resource \"{file}\": {ErrnoText.Of(errno)}");
        }
    }

    private static void Memory(string folder, Memory memory)
    {
        if (memory.CheckBeforeUpdate == true && memory.Limit is { } wanted and > 0 && StatisticsFile.Number(folder, "memory.current") is var usage && usage > (ulong)wanted)
        {
            throw new ContainerException($"rejecting memory limit {Text(wanted)} because current usage is {Text(usage)}");
        }

        if (Swap(folder, memory) is { } swap && ControlFile.TryWrite(folder, "memory.swap.max", swap) is { } errno && !(errno == Errno.ENOENT && swap is "max" or "0"))
        {
            // A kernel without swap accounting has no limit to lift, and none to give.
            throw ControlFile.Refused(folder, "memory.swap.max", swap, errno);
        }

        if (memory.Limit is { } max and not 0)
        {
            Write(folder, "memory.max", max < 0 ? "max" : Text(max));
        }

        if (memory.Reservation is { } low and not 0)
        {
            Write(folder, "memory.low", low < 0 ? "max" : Text(low));
        }
    }

    /// <summary>The spec's swap is memory and swap together; here it is swap alone. Null to leave it as it is.</summary>
    private static string? Swap(string folder, Memory memory)
    {
        if (memory.Swap is null or 0)
        {
            return memory.Limit == -1 ? "max" : null;
        }

        long both = memory.Swap.Value;
        ulong limit = memory.Limit is { } given and not 0 ? (given < 0 ? ulong.MaxValue : (ulong)given) : StatisticsFile.Number(folder, "memory.max");
        return both < 0 ? "max"
            : memory.Limit < 0 ? Text(both)
            : limit is 0 or ulong.MaxValue ? throw new ContainerException("unable to set swap limit without memory limit")
            : (ulong)both < limit ? throw new ContainerException("memory+swap limit should be >= memory limit")
            : Text((ulong)both - limit);
    }

    private static void Cpu(string folder, Cpu cpu)
    {
        if (cpu.Idle is { } idle)
        {
            Write(folder, "cpu.idle", Text(idle));
        }

        if (cpu.Shares is { } shares and not 0)
        {
            Write(folder, "cpu.weight", Text(Weight(shares)));
        }

        bool hasQuota = cpu.Quota is not null and not 0;
        string? burst = cpu.Burst is { } given ? Text(given) : null;
        if (burst is not null)
        {
            // Held against the quota that is there: tried again with the new one.
            Errno? errno = ControlFile.TryWrite(folder, "cpu.max.burst", burst);
            burst = errno is null ? null : errno == Errno.EINVAL && hasQuota ? burst : throw ControlFile.Refused(folder, "cpu.max.burst", burst, errno.Value);
        }

        if (hasQuota || cpu.Period is not null and not 0)
        {
            // The two are one file: the one that is not given stays.
            string quota = cpu.Quota is { } limit and not 0 ? (limit < 0 ? "max" : Text(limit)) : StatisticsFile.Lines(folder, "cpu.max").FirstOrDefault()?[0] ?? "max";
            Write(folder, "cpu.max", cpu.Period is { } period and not 0 ? $"{quota} {Text(period)}" : quota);
            if (burst is not null)
            {
                Write(folder, "cpu.max.burst", burst);
            }
        }

        if (cpu.Cpus is { Length: > 0 } cpus)
        {
            Write(folder, "cpuset.cpus", cpus);
        }

        if (cpu.Mems is { Length: > 0 } mems)
        {
            Write(folder, "cpuset.mems", mems);
        }
    }

    private static void BlockIO(string folder, BlockIO io)
    {
        bool bfq = File.Exists(Path.Combine(folder, "io.bfq.weight"));
        if (io.Weight is { } weight and not 0)
        {
            // BFQ takes the spec's 10…1000 as it is; else onto 1…10000.
            Write(folder, bfq ? "io.bfq.weight" : "io.weight", Text(bfq ? weight : (ulong)(1 + ((weight - 10) * 9999 / 990))));
        }

        foreach (WeightDevice device in bfq ? io.WeightDevice ?? [] : [])
        {
            Write(folder, "io.bfq.weight", $"{device.Major}:{device.Minor} {device.Weight}");
        }

        Throttle(folder, "rbps", io.ThrottleReadBpsDevice);
        Throttle(folder, "wbps", io.ThrottleWriteBpsDevice);
        Throttle(folder, "riops", io.ThrottleReadIOPSDevice);
        Throttle(folder, "wiops", io.ThrottleWriteIOPSDevice);
    }

    private static void Throttle(string folder, string key, IReadOnlyList<ThrottleDevice>? devices)
    {
        foreach (ThrottleDevice device in devices ?? [])
        {
            Write(folder, "io.max", $"{device.Major}:{device.Minor} {key}={device.Rate}");
        }
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static void Write(string folder, string file, string value) => ControlFile.Write(folder, file, value);
}
