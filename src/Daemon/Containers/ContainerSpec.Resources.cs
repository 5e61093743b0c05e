using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>Limits.</summary>
internal static partial class ContainerSpec
{
    internal static Resources Resources(HostConfig host)
    {
        long period = host.NanoCpus > 0 ? 100_000 : host.CpuPeriod;
        long quota = host.NanoCpus > 0 ? host.NanoCpus / 10_000 : host.CpuQuota;
        bool cpu = host.CpuShares != 0 || period != 0 || quota != 0 || host.CpusetCpus.Length > 0 || host.CpusetMems.Length > 0 || host.CpuRealtimePeriod != 0 || host.CpuRealtimeRuntime != 0;
        bool memory = host.Memory != 0 || host.MemoryReservation != 0 || host.MemorySwap != 0 || host.OomKillDisable == true || host.MemorySwappiness is not null and not -1;
        return new Resources
        {
            Memory = memory ? new Memory
            {
                Limit = host.Memory != 0 ? host.Memory : null,
                Reservation = host.MemoryReservation != 0 ? host.MemoryReservation : null,

                // Twice the limit when nothing is said, as docker has it.
                Swap = host.MemorySwap != 0 ? host.MemorySwap : host.Memory > 0 ? host.Memory * 2 : null,
                DisableOOMKiller = host.OomKillDisable,
                Swappiness = host.MemorySwappiness is { } swappiness and >= 0 ? (ulong)swappiness : null,
            }
            : null,
            Cpu = cpu ? new Cpu
            {
                Shares = host.CpuShares != 0 ? (ulong)host.CpuShares : null,
                Period = period != 0 ? (ulong)period : null,
                Quota = quota != 0 ? quota : null,
                RealtimePeriod = host.CpuRealtimePeriod != 0 ? (ulong)host.CpuRealtimePeriod : null,
                RealtimeRuntime = host.CpuRealtimeRuntime != 0 ? host.CpuRealtimeRuntime : null,
                Cpus = host.CpusetCpus.Length > 0 ? host.CpusetCpus : null,
                Mems = host.CpusetMems.Length > 0 ? host.CpusetMems : null,
            }
            : null,
            BlockIO = Block(host),
            Pids = host.PidsLimit is { } pids and not 0 ? new Pids { Limit = pids } : null,
        };
    }

    private static BlockIO? Block(HostConfig host)
    {
        bool any = host.BlkioWeight != 0 || host.BlkioWeightDevice is { Count: > 0 } || host.BlkioDeviceReadBps is { Count: > 0 } || host.BlkioDeviceWriteBps is { Count: > 0 }
            || host.BlkioDeviceReadIOps is { Count: > 0 } || host.BlkioDeviceWriteIOps is { Count: > 0 };
        return !any ? null : new BlockIO
        {
            Weight = host.BlkioWeight != 0 ? host.BlkioWeight : null,
            WeightDevice = host.BlkioWeightDevice is { Count: > 0 } weights ? [.. weights.Select(one =>
            {
                (long major, long minor) = DeviceSpec.Number(one.Path);
                return new Oci.Runtime.WeightDevice { Major = major, Minor = minor, Weight = one.Weight };
            })] : null,
            ThrottleReadBpsDevice = Throttled(host.BlkioDeviceReadBps),
            ThrottleWriteBpsDevice = Throttled(host.BlkioDeviceWriteBps),
            ThrottleReadIOPSDevice = Throttled(host.BlkioDeviceReadIOps),
            ThrottleWriteIOPSDevice = Throttled(host.BlkioDeviceWriteIOps),
        };
    }

    private static Oci.Runtime.ThrottleDevice[]? Throttled(IReadOnlyList<EngineApi.Containers.ThrottleDevice>? limits) => limits is not { Count: > 0 } ? null : [.. limits.Select(one =>
    {
        (long major, long minor) = DeviceSpec.Number(one.Path);
        return new Oci.Runtime.ThrottleDevice { Major = major, Minor = minor, Rate = one.Rate };
    })];
}
