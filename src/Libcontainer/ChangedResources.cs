using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>Limits as they are after an update: what it names is new, the rest stays. The rules of devices are not updated.</summary>
internal static class ChangedResources
{
    internal static Resources Of(Resources old, Resources change) => old with
    {
        Memory = change.Memory is { } memory ? Of(old.Memory ?? new Memory(), memory) : old.Memory,
        Cpu = change.Cpu is { } cpu ? Of(old.Cpu ?? new Cpu(), cpu) : old.Cpu,
        Pids = change.Pids?.Limit is null ? old.Pids : change.Pids,
        BlockIO = change.BlockIO is { } block ? Of(old.BlockIO ?? new BlockIO(), block) : old.BlockIO,
        HugepageLimits = change.HugepageLimits ?? old.HugepageLimits,
        Network = change.Network ?? old.Network,
        Rdma = change.Rdma ?? old.Rdma,
        Unified = change.Unified ?? old.Unified,
    };

    private static Memory Of(Memory old, Memory change) => old with
    {
        Limit = change.Limit ?? old.Limit,
        Reservation = change.Reservation ?? old.Reservation,
        Swap = change.Swap ?? old.Swap,
        Swappiness = change.Swappiness ?? old.Swappiness,
        DisableOOMKiller = change.DisableOOMKiller ?? old.DisableOOMKiller,
    };

    private static Cpu Of(Cpu old, Cpu change) => old with
    {
        Shares = change.Shares ?? old.Shares,
        Quota = change.Quota ?? old.Quota,
        Burst = change.Burst ?? old.Burst,
        Period = change.Period ?? old.Period,
        RealtimeRuntime = change.RealtimeRuntime ?? old.RealtimeRuntime,
        RealtimePeriod = change.RealtimePeriod ?? old.RealtimePeriod,
        Cpus = change.Cpus ?? old.Cpus,
        Mems = change.Mems ?? old.Mems,
        Idle = change.Idle ?? old.Idle,
    };

    private static BlockIO Of(BlockIO old, BlockIO change) => old with
    {
        Weight = change.Weight ?? old.Weight,
        LeafWeight = change.LeafWeight ?? old.LeafWeight,
        WeightDevice = change.WeightDevice ?? old.WeightDevice,
        ThrottleReadBpsDevice = change.ThrottleReadBpsDevice ?? old.ThrottleReadBpsDevice,
        ThrottleWriteBpsDevice = change.ThrottleWriteBpsDevice ?? old.ThrottleWriteBpsDevice,
        ThrottleReadIOPSDevice = change.ThrottleReadIOPSDevice ?? old.ThrottleReadIOPSDevice,
        ThrottleWriteIOPSDevice = change.ThrottleWriteIOPSDevice ?? old.ThrottleWriteIOPSDevice,
    };
}
