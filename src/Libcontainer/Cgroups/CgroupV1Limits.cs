using Wharf.Libcontainer.Statistics;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Limits on cgroup v1: one folder for each controller.</summary>
internal sealed class CgroupV1Limits(Func<string, string?> folderOf, bool rootless)
{
    internal void Apply(Resources resources, bool withDevices)
    {
        if (withDevices)
        {
            Devices(DeviceRules.Complete(resources.Devices));
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
            Write("pids", "pids.max", PidsLimit.Text(pids));
        }

        if (resources.BlockIO is { } io)
        {
            BlockIO(io);
        }

        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            Write("hugetlb", $"hugetlb.{limit.PageSize}.limit_in_bytes", Text(limit.Limit));
            HugepageReservation.Limit(folderOf("hugetlb")!, $"hugetlb.{limit.PageSize}.rsvd.limit_in_bytes", Text(limit.Limit));
        }

        foreach ((string device, RdmaLimit limit) in resources.Rdma ?? new Dictionary<string, RdmaLimit>())
        {
            Write("rdma", "rdma.max", RdmaLine.Of(device, limit));
        }

        if (resources.Unified is { Count: > 0 })
        {
            throw new ContainerException("invalid configuration: cannot use unified on cgroup v1");
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

    private static string Text(IFormattable number) => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture);

    private void Devices(IReadOnlyList<DeviceRule> rules)
    {
        if (folderOf("devices") is not { } folder)
        {
            return;
        }

        try
        {
            using FileDescriptor allow = CgroupFiles.Open(Path.Combine(folder, "devices.allow"), OpenFlags.WriteOnly);
            using FileDescriptor deny = CgroupFiles.Open(Path.Combine(folder, "devices.deny"), OpenFlags.WriteOnly);
            foreach (DeviceRule rule in rules)
            {
                Device(folder, rule, rule.Allow ? allow : deny);
            }
        }
        catch (SyscallException) when (rootless)
        {
            // Nobody asked for rules that its user may not set.
        }
    }

    private void Device(string folder, DeviceRule rule, FileDescriptor file)
    {
        string line = DeviceRules.Line(rule);
        try
        {
            Files.WriteText(file, line, folder);
        }
        catch (SyscallException error)
        {
            if (!rootless)
            {
                throw ControlFile.Refused(folder, rule.Allow ? "devices.allow" : "devices.deny", line, error.Errno);
            }
        }
    }

    private void Memory(Memory memory)
    {
        string? folder = folderOf("memory");
        bool swaps = folder is not null && (memory.Swap is not null || memory.Limit is not null) && File.Exists(Path.Combine(folder, "memory.memsw.limit_in_bytes"));

        // No limit on memory alone means none on memory and swap: the second is never below the first.
        long swap = !swaps ? 0 : memory.Swap is { } given and not 0 ? given : memory.Limit == -1 ? -1 : 0;
        long limit = memory.Limit ?? 0;
        CheckUsage(memory, folder);

        // The kernel keeps limit ≤ limit with swap at each step, so the order depends on where the limits are now.
        bool swapFirst = limit != 0 && swap != 0 && (swap < 0 || StatisticsFile.Number(folder!, "memory.limit_in_bytes") < (ulong)swap);
        if (swapFirst)
        {
            Write("memory", "memory.memsw.limit_in_bytes", Text(swap));
        }

        if (limit != 0)
        {
            Limit(limit);
        }

        if (swap != 0 && !swapFirst)
        {
            Write("memory", "memory.memsw.limit_in_bytes", Text(swap));
        }

        if (memory.Reservation is { } reservation and not 0)
        {
            Write("memory", "memory.soft_limit_in_bytes", Text(reservation));
        }

        if (memory.Swappiness is { } swappiness)
        {
            Write("memory", "memory.swappiness", swappiness <= 100 ? Text(swappiness) : throw new ContainerException($"invalid memory swappiness value: {Text(swappiness)} (valid range is 0-100)"));
        }

        if (memory.DisableOOMKiller == true)
        {
            Write("memory", "memory.oom_control", "1");
        }
    }

    /// <summary>The kernel's "busy" means that more is in use than the limit allows.</summary>
    private void Limit(long limit)
    {
        const string file = "memory.limit_in_bytes";
        string folder = Folder("memory", file);
        switch (ControlFile.TryWrite(folder, file, Text(limit)))
        {
            case null:
                return;
            case Errno.EBUSY:
                throw new ContainerException($"unable to set memory limit to {Text(limit)} (current usage: {StatisticsFile.Number(folder, "memory.usage_in_bytes")}, peak usage: {StatisticsFile.Number(folder, "memory.max_usage_in_bytes")})");
            case { } errno:
                throw ControlFile.Refused(folder, file, Text(limit), errno);
        }
    }

    private static void CheckUsage(Memory memory, string? folder)
    {
        if (memory.CheckBeforeUpdate == true && folder is not null && memory.Limit is { } limit and > 0 && StatisticsFile.Number(folder, "memory.usage_in_bytes") is var usage && usage > (ulong)limit)
        {
            throw new ContainerException($"rejecting memory limit {Text(limit)} because current usage is {Text(usage)}");
        }
    }

    private void Cpu(Cpu cpu)
    {
        if (cpu.Shares is { } shares and not 0)
        {
            Write("cpu", "cpu.shares", Text(shares));

            // The kernel takes any number and keeps the nearest that it can do.
            ulong kept = StatisticsFile.Number(folderOf("cpu")!, "cpu.shares");
            if (kept != shares)
            {
                throw new ContainerException($"the {(shares > kept ? "maximum" : "minimum")} allowed cpu-shares is {Text(kept)}");
            }
        }

        // Period and burst are held against the quota that is there: when they are refused they are tried again with the new one.
        bool hasQuota = cpu.Quota is not null and not 0;
        bool again = cpu.Period is { } period and not 0 && !Try("cpu.cfs_period_us", Text(period), hasQuota);
        bool burstAgain = cpu.Burst is { } burst && !Try("cpu.cfs_burst_us", Text(burst), hasQuota);
        if (hasQuota)
        {
            Write("cpu", "cpu.cfs_quota_us", Text(cpu.Quota!.Value));
            if (again)
            {
                Write("cpu", "cpu.cfs_period_us", Text(cpu.Period!.Value));
            }

            if (burstAgain)
            {
                Write("cpu", "cpu.cfs_burst_us", Text(cpu.Burst!.Value));
            }
        }

        if (cpu.Idle is { } idle)
        {
            Write("cpu", "cpu.idle", Text(idle));
        }

        bool hasRuntime = cpu.RealtimeRuntime is not null and not 0;
        bool realtimeAgain = cpu.RealtimePeriod is { } realtimePeriod and not 0 && !Try("cpu.rt_period_us", Text(realtimePeriod), hasRuntime);
        if (hasRuntime)
        {
            Write("cpu", "cpu.rt_runtime_us", Text(cpu.RealtimeRuntime!.Value));
            if (realtimeAgain)
            {
                Write("cpu", "cpu.rt_period_us", Text(cpu.RealtimePeriod!.Value));
            }
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

    /// <summary>False when the kernel refuses a value that fits only what is written next.</summary>
    private bool Try(string file, string value, bool more)
    {
        string folder = Folder("cpu", file);
        Errno? errno = ControlFile.TryWrite(folder, file, value);
        return errno is null || (errno == Errno.EINVAL && more ? false : throw ControlFile.Refused(folder, file, value, errno.Value));
    }

    private void BlockIO(BlockIO io)
    {
        string prefix = folderOf("blkio") is { } folder && File.Exists(Path.Combine(folder, "blkio.bfq.weight")) ? "blkio.bfq.weight" : "blkio.weight";
        if (io.Weight is { } weight and not 0)
        {
            Write("blkio", prefix, Text(weight));
        }

        if (io.LeafWeight is { } leaf and not 0)
        {
            Write("blkio", "blkio.leaf_weight", Text(leaf));
        }

        foreach (WeightDevice device in io.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
            {
                Write("blkio", prefix + "_device", $"{device.Major}:{device.Minor} {Text(own)}");
            }

            if (device.LeafWeight is { } ownLeaf and not 0)
            {
                Write("blkio", "blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {Text(ownLeaf)}");
            }
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

    private void Write(string controller, string file, string value) => ControlFile.Write(Folder(controller, file), file, value);

    private string Folder(string controller, string file) =>
        folderOf(controller) ?? throw new ContainerException(rootless
            ? $"cannot set {controller} limit: container could not join or create cgroup"
            : $"cannot set {file}: this host has no cgroup controller \"{controller}\"");
}
