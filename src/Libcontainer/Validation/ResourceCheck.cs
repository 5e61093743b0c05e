using System.Buffers;
using Wharf.Libcontainer.Cgroups;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config-linux.md, "Control groups". A limit that depends on the machine is the kernel's to refuse.</summary>
internal static class ResourceCheck
{
    private const string Place = "linux.resources.";
    private const ushort MostWeight = 1000;
    private static readonly SearchValues<char> ListLetters = SearchValues.Create("0123456789,-:/ \n");

    internal static void Check(Resources resources)
    {
        Devices(resources.Devices ?? []);
        Memory(resources.Memory ?? new Memory());
        Cpu(resources.Cpu ?? new Cpu());
        BlockIO(resources.BlockIO ?? new BlockIO());
        for (int index = 0; index < (resources.HugepageLimits?.Count ?? 0); index++)
        {
            string size = resources.HugepageLimits![index].PageSize;
            if (!IsPageSize(size))
            {
                throw Fault.At($"{Place}hugepageLimits[{index}].pageSize", $"\"{size}\" is no size of a page");
            }
        }

        for (int index = 0; index < (resources.Network?.Priorities?.Count ?? 0); index++)
        {
            string name = resources.Network!.Priorities![index].Name;
            if (name.Length == 0 || name.Any(char.IsWhiteSpace))
            {
                throw Fault.At($"{Place}network.priorities[{index}].name", $"\"{name}\" is no name of a network device");
            }
        }

        foreach ((string device, RdmaLimit limit) in resources.Rdma ?? new Dictionary<string, RdmaLimit>())
        {
            Fault.Within($"{Place}rdma.{device}", () => RdmaLine.Of(device, limit));
        }

        foreach (string file in resources.Unified?.Keys ?? [])
        {
            if (file.Length == 0 || file.Contains('/', StringComparison.Ordinal))
            {
                throw Fault.At($"{Place}unified.{file}", $"unified resource \"{file}\" must be a file name (no slashes)");
            }
        }
    }

    private static void Devices(IReadOnlyList<DeviceRule> rules)
    {
        for (int index = 0; index < rules.Count; index++)
        {
            DeviceRule rule = rules[index];
            string place = $"{Place}devices[{index}]";
            if (rule.Type is not (null or "" or "a" or "b" or "c"))
            {
                throw Fault.At(place + ".type", $"invalid cgroup device type \"{rule.Type}\"");
            }

            if (rule.Major is < -1 || rule.Minor is < -1)
            {
                throw Fault.At(place + (rule.Major is < -1 ? ".major" : ".minor"), $"{(rule.Major is < -1 ? rule.Major : rule.Minor)} is no number of a device");
            }

            // Other letters mean nothing, to runc neither.
            if (rule.Access is { } access && !access.AsSpan().ContainsAny('r', 'w', 'm'))
            {
                throw Fault.At(place + ".access", $"\"{access}\" has none of r, w and m");
            }
        }
    }

    private static void Memory(Memory memory)
    {
        NotBelowNone(memory.Limit, "memory.limit");
        NotBelowNone(memory.Reservation, "memory.reservation");
        NotBelowNone(memory.Swap, "memory.swap");
        if (memory.Limit is > 0 && memory.Swap is > 0 && memory.Swap < memory.Limit)
        {
            throw Fault.At(Place + "memory.swap", $"memory+swap limit {memory.Swap} should be >= memory limit {memory.Limit}");
        }

        if (memory.Swappiness is > 100)
        {
            throw Fault.At(Place + "memory.swappiness", $"invalid memory swappiness value: {memory.Swappiness} (valid range is 0-100)");
        }
    }

    private static void Cpu(Cpu cpu)
    {
        if (cpu.Idle is not (null or 0 or 1))
        {
            throw Fault.At(Place + "cpu.idle", $"{cpu.Idle} is neither 0 nor 1");
        }

        Numbers(cpu.Cpus, "cpu.cpus");
        Numbers(cpu.Mems, "cpu.mems");
    }

    private static void BlockIO(BlockIO io)
    {
        if (io.Weight > MostWeight || io.LeafWeight > MostWeight)
        {
            throw Fault.At(Place + (io.Weight > MostWeight ? "blockIO.weight" : "blockIO.leafWeight"), $"above {MostWeight}");
        }

        for (int index = 0; index < (io.WeightDevice?.Count ?? 0); index++)
        {
            Device(io.WeightDevice![index].Major, io.WeightDevice[index].Minor, $"blockIO.weightDevice[{index}]");
        }

        Throttle(io.ThrottleReadBpsDevice, "throttleReadBpsDevice");
        Throttle(io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice");
        Throttle(io.ThrottleReadIOPSDevice, "throttleReadIOPSDevice");
        Throttle(io.ThrottleWriteIOPSDevice, "throttleWriteIOPSDevice");
    }

    private static void Throttle(IReadOnlyList<ThrottleDevice>? devices, string name)
    {
        for (int index = 0; index < (devices?.Count ?? 0); index++)
        {
            Device(devices![index].Major, devices[index].Minor, $"blockIO.{name}[{index}]");
        }
    }

    private static void Device(long major, long minor, string place)
    {
        if (major < 0 || minor < 0)
        {
            throw Fault.At(Place + place + (major < 0 ? ".major" : ".minor"), $"{(major < 0 ? major : minor)} is no number of a device");
        }
    }

    /// <summary>−1 is no limit.</summary>
    private static void NotBelowNone(long? limit, string place)
    {
        if (limit is < -1)
        {
            throw Fault.At(Place + place, $"{limit} is below -1, which is no limit");
        }
    }

    /// <summary>The list format of cpuset(7), as far as its letters go.</summary>
    private static void Numbers(string? list, string place)
    {
        if (list is not null && list.AsSpan().ContainsAnyExcept(ListLetters))
        {
            throw Fault.At(Place + place, $"\"{list}\" is not a list of numbers and ranges");
        }
    }

    /// <summary>"2MB": it is a part of a file's name.</summary>
    private static bool IsPageSize(string size) =>
        size.Length > 2 && size[^1] == 'B' && size[^2] is 'K' or 'M' or 'G' && !size.AsSpan(0, size.Length - 2).ContainsAnyExceptInRange('0', '9');
}
