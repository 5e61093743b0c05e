using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Launch;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Systemd;

/// <summary>
/// Limits as systemd knows them, so that it does not set them back when it reloads its units. All limits are written into the cgroup
/// as well; those that systemd has no property for are written there alone. Of v2: on v1 the files are enough, systemd leaves them.
/// </summary>
internal static class UnitProperties
{
    private const ulong MicrosecondsOfSecond = 1_000_000;

    internal static IEnumerable<UnitProperty> Of(Resources resources)
    {
        if (resources.Memory is { } memory)
        {
            if (memory.Limit is { } limit and not 0)
            {
                yield return UnitProperty.Of("MemoryMax", limit < 0 ? ulong.MaxValue : (ulong)limit);
            }

            if (memory.Reservation is { } low and not 0)
            {
                yield return UnitProperty.Of("MemoryLow", low < 0 ? ulong.MaxValue : (ulong)low);
            }

            if (memory.Swap is { } swap and not 0)
            {
                yield return UnitProperty.Of("MemorySwapMax", swap < 0 ? ulong.MaxValue : (ulong)Math.Max(swap - Math.Max(memory.Limit ?? 0, 0), 0));
            }
        }

        if (resources.Cpu is { } cpu)
        {
            if (cpu.Shares is { } shares and not 0)
            {
                yield return UnitProperty.Of("CPUWeight", CgroupV2Limits.Weight(shares));
            }

            if (cpu.Quota is { } quota and not 0)
            {
                ulong period = cpu.Period is { } given and not 0 ? given : 100_000;
                yield return UnitProperty.Of("CPUQuotaPeriodUSec", period);
                yield return UnitProperty.Of("CPUQuotaPerSecUSec", quota < 0 ? ulong.MaxValue : Rounded((ulong)quota * MicrosecondsOfSecond / period));
            }

            if (cpu.Cpus is { Length: > 0 } cpus)
            {
                yield return UnitProperty.Of("AllowedCPUs", Mask(cpus, "cpus"));
            }

            if (cpu.Mems is { Length: > 0 } mems)
            {
                yield return UnitProperty.Of("AllowedMemoryNodes", Mask(mems, "mems"));
            }
        }

        if (resources.Pids?.Limit is { } pids)
        {
            yield return UnitProperty.Of("TasksMax", PidsLimit.Tasks(pids));
        }
    }

    /// <summary>systemd counts in steps of ten milliseconds, and a quota must not get smaller by that.</summary>
    private static ulong Rounded(ulong microseconds) => (microseconds + 9_999) / 10_000 * 10_000;

    private static byte[] Mask(string list, string field)
    {
        ulong[] words = NumberList.Mask(list, field);
        byte[] bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
        return bytes.AsSpan(0, bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1).ToArray();
    }
}
