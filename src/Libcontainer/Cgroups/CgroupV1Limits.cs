using System.Globalization;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Limits on cgroup v1: one folder for each controller.</summary>
internal sealed class CgroupV1Limits(Func<string, string?> folderOf)
{
    internal void Apply(Resources resources, bool withDevices)
    {
        if (withDevices)
        {
            Devices(resources.Devices ?? []);
        }

        if (resources.Memory is { } memory)
        {
            Memory(memory);
        }

        if (resources.Cpu is { } cpu)
        {
            Cpu(cpu);
        }

        if (resources.Pids?.Limit is { } pids)
        {
            Write("pids", "pids.max", pids > 0 ? Text(pids) : "max");
        }

        if (resources.BlockIO is { } io)
        {
            BlockIO(io);
        }

        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            Write("hugetlb", $"hugetlb.{limit.PageSize}.limit_in_bytes", Text(limit.Limit));
        }

        if (resources.Network is { } network)
        {
            if (network.ClassID is { } classId)
            {
                Write("net_cls", "net_cls.classid", Text(classId));
            }

            foreach (InterfacePriority priority in network.Priorities ?? [])
            {
                Write("net_prio", "net_prio.ifpriomap", $"{priority.Name} {Text(priority.Priority)}");
            }
        }
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private void Devices(IReadOnlyList<DeviceRule> rules)
    {
        if (folderOf("devices") is null)
        {
            return;
        }

        foreach (DeviceRule rule in rules.Concat(DeviceRules.Always))
        {
            Write("devices", rule.Allow ? "devices.allow" : "devices.deny", DeviceRules.Line(rule));
        }
    }

    private void Memory(Memory memory)
    {
        if (memory.Limit is { } limit && limit != 0)
        {
            // The kernel keeps limit ≤ limit with swap at each step, so the order depends on where the limits are now.
            string? folder = folderOf("memory");
            bool swapFirst = memory.Swap is { } next && next != 0 && folder is not null
                && (next < 0 || ReadLimit(folder, "memory.limit_in_bytes") < (ulong)Math.Max(limit, 0) || limit < 0);
            if (swapFirst)
            {
                Swap(memory.Swap!.Value);
                Write("memory", "memory.limit_in_bytes", Text(limit));
            }
            else
            {
                Write("memory", "memory.limit_in_bytes", Text(limit));
                if (memory.Swap is { } swap and not 0)
                {
                    Swap(swap);
                }
            }
        }
        else if (memory.Swap is { } swap and not 0)
        {
            Swap(swap);
        }

        if (memory.Reservation is { } reservation and not 0)
        {
            Write("memory", "memory.soft_limit_in_bytes", Text(reservation));
        }

        if (memory.Swappiness is { } swappiness and <= 100)
        {
            Write("memory", "memory.swappiness", Text(swappiness));
        }

        if (memory.DisableOOMKiller == true)
        {
            Write("memory", "memory.oom_control", "1");
        }
    }

    private void Swap(long value)
    {
        if (folderOf("memory") is { } folder && File.Exists(Path.Combine(folder, "memory.memsw.limit_in_bytes")))
        {
            Write("memory", "memory.memsw.limit_in_bytes", Text(value));
        }
    }

    private static ulong ReadLimit(string folder, string file) =>
        ulong.TryParse(File.ReadAllText(Path.Combine(folder, file)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : ulong.MaxValue;

    private void Cpu(Cpu cpu)
    {
        if (cpu.Shares is { } shares and not 0)
        {
            Write("cpu", "cpu.shares", Text(shares));
        }

        // A shorter period with the old quota may be refused, so the period goes first unless the quota shrinks with it.
        if (cpu.Period is { } period and not 0)
        {
            Write("cpu", "cpu.cfs_period_us", Text(period));
        }

        if (cpu.Quota is { } quota and not 0)
        {
            Write("cpu", "cpu.cfs_quota_us", Text(quota));
        }

        if (cpu.Burst is { } burst)
        {
            Write("cpu", "cpu.cfs_burst_us", Text(burst));
        }

        if (cpu.Idle is { } idle)
        {
            Write("cpu", "cpu.idle", Text(idle));
        }

        if (cpu.RealtimePeriod is { } realtimePeriod and not 0)
        {
            Write("cpu", "cpu.rt_period_us", Text(realtimePeriod));
        }

        if (cpu.RealtimeRuntime is { } realtime and not 0)
        {
            Write("cpu", "cpu.rt_runtime_us", Text(realtime));
        }

        if (cpu.Cpus is { Length: > 0 } cpus)
        {
            Write("cpuset", "cpuset.cpus", cpus);
        }

        if (cpu.Mems is { Length: > 0 } mems)
        {
            Write("cpuset", "cpuset.mems", mems);
        }
    }

    private void BlockIO(BlockIO io)
    {
        string prefix = folderOf("blkio") is { } folder && File.Exists(Path.Combine(folder, "blkio.bfq.weight")) ? "blkio.bfq.weight" : "blkio.weight";
        if (io.Weight is { } weight and not 0)
        {
            Write("blkio", prefix, Text(weight));
        }

        foreach (WeightDevice device in io.WeightDevice ?? [])
        {
            Write("blkio", prefix + "_device", $"{device.Major}:{device.Minor} {device.Weight}");
        }

        Throttle("blkio.throttle.read_bps_device", io.ThrottleReadBpsDevice);
        Throttle("blkio.throttle.write_bps_device", io.ThrottleWriteBpsDevice);
        Throttle("blkio.throttle.read_iops_device", io.ThrottleReadIOPSDevice);
        Throttle("blkio.throttle.write_iops_device", io.ThrottleWriteIOPSDevice);
    }

    private void Throttle(string file, IReadOnlyList<ThrottleDevice>? devices)
    {
        foreach (ThrottleDevice device in devices ?? [])
        {
            Write("blkio", file, $"{device.Major}:{device.Minor} {device.Rate}");
        }
    }

    private void Write(string controller, string file, string value)
    {
        string folder = folderOf(controller) ?? throw new ContainerException($"cannot set {file}: this host has no cgroup controller \"{controller}\"");
        ControlFile.Write(folder, file, value);
    }
}
