using Wharf.Daemon.Security;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Refuses, with docker's words, what no container can be run with.</summary>
internal static class HostConfigCheck
{
    private const long LeastMemory = 6 << 20;
    private const int LongestCpuPeriod = 1_000_000;
    private const int ShortestCpuPeriod = 1000;

    internal static void Check(HostConfig host)
    {
        CheckRestartPolicy(host.RestartPolicy, host.AutoRemove);
        CheckMemory(host);
        CheckModes(host);
        DeviceSpec.Check(host);
        _ = SecurityOptions.Parse(host.SecurityOpt);
        if (host.NanoCpus > 0 && (host.CpuPeriod > 0 || host.CpuQuota > 0))
        {
            throw Invalid("Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set.");
        }

        if (host.NanoCpus < 0 || host.NanoCpus > Environment.ProcessorCount * 1_000_000_000L)
        {
            throw Invalid($"range of CPUs is from 0.01 to {Environment.ProcessorCount}.00, as there are only {Environment.ProcessorCount} CPUs available");
        }

        if (host.CpuShares < 0)
        {
            throw Invalid($"invalid CPU shares ({host.CpuShares}): value must be a positive integer");
        }

        if (host.CpuPeriod != 0 && host.CpuPeriod is < ShortestCpuPeriod or > LongestCpuPeriod)
        {
            throw Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }

        if (host.CpuQuota is > 0 and < ShortestCpuPeriod)
        {
            throw Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        }

        if (host.OomScoreAdj is < -1000 or > 1000)
        {
            throw Invalid($"Invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]");
        }

        if (host.ShmSize < 0)
        {
            throw Invalid("SHM size can not be less than 0");
        }
    }

    internal static void CheckRestartPolicy(RestartPolicy? policy, bool autoRemove)
    {
        if (policy is null)
        {
            return;
        }

        if (policy.Name is not ("" or "no" or "always" or "on-failure" or "unless-stopped" or HealthWatch.Policy))
        {
            throw Invalid($"invalid restart policy: unknown policy '{policy.Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }

        if (policy.MaximumRetryCount < 0)
        {
            throw Invalid("invalid restart policy: maximum retry count cannot be negative");
        }

        if (policy.MaximumRetryCount > 0 && policy.Name is not ("on-failure" or HealthWatch.Policy))
        {
            throw Invalid("invalid restart policy: maximum retry count can only be used with 'on-failure'");
        }

        if (autoRemove && policy.Name is not ("" or "no"))
        {
            throw Invalid("can't create 'AutoRemove' container with restart policy");
        }
    }

    private static void CheckMemory(HostConfig host)
    {
        if (host.Memory < 0 || host.Memory is > 0 and < LeastMemory)
        {
            throw Invalid("Minimum memory limit allowed is 6MB");
        }

        if (host.MemorySwap > 0 && host.Memory == 0)
        {
            throw Invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        }

        if (host.MemorySwap > 0 && host.MemorySwap < host.Memory)
        {
            throw Invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        }

        if (host.MemoryReservation is > 0 and < LeastMemory)
        {
            throw Invalid("Minimum memory reservation allowed is 6MB");
        }

        if (host.Memory > 0 && host.MemoryReservation > host.Memory)
        {
            throw Invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
        }
    }

    private static void CheckModes(HostConfig host)
    {
        if (host.IpcMode is not ("" or "none" or "private" or "shareable" or "host") && SharedNamespaces.Target(host.IpcMode) is not { Length: > 0 })
        {
            throw Invalid($"invalid IPC mode: {host.IpcMode}");
        }

        if (host.PidMode is not ("" or "host") && SharedNamespaces.Target(host.PidMode) is not { Length: > 0 })
        {
            throw Invalid($"invalid PID mode: {host.PidMode}");
        }

        if (host.UTSMode is not ("" or "host"))
        {
            throw Invalid($"invalid UTS mode: {host.UTSMode}");
        }

        if (host.CgroupnsMode is not ("" or "private" or "host"))
        {
            throw Invalid($"invalid cgroup namespace mode: {host.CgroupnsMode}");
        }

        if (host.UsernsMode is not ("" or "host" or "auto") && !host.UsernsMode.StartsWith("auto:", StringComparison.Ordinal))
        {
            throw Invalid($"invalid userns mode: {host.UsernsMode}");
        }

        if (host.Isolation is not ("" or "default"))
        {
            throw Invalid($"invalid isolation mode \"{host.Isolation}\" on linux");
        }

        if (host.StorageOpt is { Count: > 0 })
        {
            throw Invalid("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
        }

        if (host.BlkioWeight is not 0 and (< 10 or > 1000))
        {
            throw Invalid("range of blkio weight is from 10 to 1000");
        }

        if (host.MemorySwappiness is < -1 or > 100)
        {
            throw Invalid($"invalid value: {host.MemorySwappiness}, valid memory swappiness range is 0-100");
        }

        foreach (string name in (host.Tmpfs ?? new Dictionary<string, string>()).Keys.Where(name => !name.StartsWith('/')))
        {
            throw Invalid($"invalid tmpfs option: \"{name}\" must be an absolute path");
        }
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
