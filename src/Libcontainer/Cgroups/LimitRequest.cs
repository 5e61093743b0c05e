using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Whether resources ask for anything that only a cgroup can give. Rules for devices do not count: a user opens no device that is not theirs.</summary>
internal static class LimitRequest
{
    internal static bool Any(Resources resources) =>
        resources.Memory is { } memory && (IsSet(memory.Limit) || IsSet(memory.Reservation) || IsSet(memory.Swap))
        || resources.Cpu is { } cpu && Any(cpu)
        || resources.Pids?.Limit is not null
        || resources.BlockIO is { } io && Any(io)
        || resources.HugepageLimits is { Count: > 0 }
        || resources.Rdma is { Count: > 0 }
        || resources.Unified is { Count: > 0 }
        || resources.Network?.ClassID is not null
        || resources.Network?.Priorities is { Count: > 0 };

    private static bool Any(Cpu cpu) =>
        cpu.Shares is not null and not 0 || IsSet(cpu.Quota) || cpu.Period is not null and not 0 || cpu.Burst is not null || cpu.Idle is not null
        || IsSet(cpu.RealtimeRuntime) || cpu.RealtimePeriod is not null and not 0 || cpu.Cpus is { Length: > 0 } || cpu.Mems is { Length: > 0 };

    private static bool Any(BlockIO io) =>
        io.Weight is not null and not 0 || io.LeafWeight is not null and not 0 || io.WeightDevice is { Count: > 0 }
        || io.ThrottleReadBpsDevice is { Count: > 0 } || io.ThrottleWriteBpsDevice is { Count: > 0 }
        || io.ThrottleReadIOPSDevice is { Count: > 0 } || io.ThrottleWriteIOPSDevice is { Count: > 0 };

    private static bool IsSet(long? value) => value is not null and not 0;
}
