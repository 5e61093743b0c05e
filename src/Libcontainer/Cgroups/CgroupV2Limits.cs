using System.Globalization;
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
            Write(folder, "pids.max", pids > 0 ? Text(pids) : "max");
        }

        if (resources.BlockIO is { } io)
        {
            BlockIO(folder, io);
        }

        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            Write(folder, $"hugetlb.{limit.PageSize}.max", Text(limit.Limit));
        }

        foreach ((string file, string value) in resources.Unified ?? new Dictionary<string, string>())
        {
            if (file.Contains('/', StringComparison.Ordinal))
            {
                throw new ContainerException($"unified resource \"{file}\" must be a file name (no slashes)");
            }

            foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Write(folder, file, line);
            }
        }
    }

    private static void Memory(string folder, Memory memory)
    {
        if (memory.Swap is { } swap and not 0)
        {
            // The spec's swap is memory and swap together.
            string value = swap < 0 ? "max" : memory.Limit is { } limit and > 0 ? Text(swap - limit) : throw new ContainerException("unable to set swap limit without memory limit");
            Write(folder, "memory.swap.max", value);
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

    private static void Cpu(string folder, Cpu cpu)
    {
        if (cpu.Shares is { } shares and not 0)
        {
            // 2…262144 onto 1…10000.
            Write(folder, "cpu.weight", Text(1 + ((Math.Clamp(shares, 2UL, 262144UL) - 2) * 9999 / 262142)));
        }

        if (cpu.Quota is not null and not 0 || cpu.Period is not null and not 0)
        {
            string quota = cpu.Quota is { } given and > 0 ? Text(given) : "max";
            Write(folder, "cpu.max", cpu.Period is { } period and not 0 ? $"{quota} {Text(period)}" : quota);
        }

        if (cpu.Burst is { } burst)
        {
            Write(folder, "cpu.max.burst", Text(burst));
        }

        if (cpu.Idle is { } idle)
        {
            Write(folder, "cpu.idle", Text(idle));
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
        if (io.Weight is { } weight and not 0)
        {
            // 10…1000 onto 1…10000.
            Write(folder, "io.weight", Text((ulong)(1 + ((weight - 10) * 9999 / 990))));
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
