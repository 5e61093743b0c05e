using Wharf.Libcontainer.Validation;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>What a process asks of scheduler, disks, memory and execution domain: read before the clone, so that a mistake is told before anything is made, and taken on after it.</summary>
internal sealed class ProcessScheduling
{
    private static readonly string[] Policies = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    private static readonly string[] SchedulerFlags =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    private static readonly string[] IoClasses = ["", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"];

    // As many as the largest kernel is built for (CONFIG_NR_CPUS).
    private const int MostProcessors = 8192;

    private readonly SchedulerAttributes? scheduler;
    private readonly (int Kind, int Level)? ioPriority;
    private readonly (int Mode, ulong[] Nodes)? memory;
    private readonly ulong? personality;
    private readonly ulong[]? initial;
    private readonly ulong[]? final;
    private readonly bool pinned;

    internal ProcessScheduling(Process process, LinuxPlatform? linux)
    {
        scheduler = process.Scheduler is { } given ? Scheduler(given) : null;
        ioPriority = process.IoPriority is { } io ? IoPriority(io) : null;
        memory = linux?.MemoryPolicy is { } policy ? MemoryPolicyNumbers.Of(policy) : null;
        personality = linux?.Personality is { } domain ? Personality(domain) : null;
        initial = process.ExecCPUAffinity?.Initial is { Length: > 0 } before ? NumberList.Mask(before, "execCPUAffinity.initial") : null;
        pinned = linux?.Resources?.Cpu?.Cpus is { Length: > 0 };
        final = process.ExecCPUAffinity?.Final is { Length: > 0 } after ? NumberList.Mask(after, "execCPUAffinity.final") : null;
    }

    /// <summary>Tells a mistake by its place in the document.</summary>
    internal static void Check(Process process)
    {
        if (process.Scheduler is { } given)
        {
            Fault.Within("process.scheduler", () => Scheduler(given));
        }

        if (process.IoPriority is { } io)
        {
            Fault.Within("process.ioPriority", () => IoPriority(io));
        }

        if (process.ExecCPUAffinity is { } affinity)
        {
            Fault.Within("process.execCPUAffinity", () =>
            {
                _ = affinity.Initial is { Length: > 0 } ? NumberList.Mask(affinity.Initial, "execCPUAffinity.initial") : null;
                _ = affinity.Final is { Length: > 0 } ? NumberList.Mask(affinity.Final, "execCPUAffinity.final") : null;
            });
        }
    }

    /// <inheritdoc cref="Check(Process)"/>
    internal static void Check(LinuxPlatform linux)
    {
        if (linux.MemoryPolicy is { } policy)
        {
            Fault.Within("linux.memoryPolicy", () => MemoryPolicyNumbers.Of(policy));
        }

        if (linux.Personality is { } domain)
        {
            Fault.Within("linux.personality", () => Personality(domain));
        }
    }

    /// <summary>Of an exec only: the processors until it is in its cgroup.</summary>
    internal void BeforeCgroup() => Affinity(initial, "initial");

    /// <summary>The processors from then on: those asked for, or all of the cgroup's cpuset, not those that the runtime's caller was pinned to.</summary>
    internal void InsideCgroup(bool init)
    {
        if (!init && (initial ?? final) is not null)
        {
            Affinity(final, "final");
            return;
        }

        // The kernel takes from "all" those of the cpuset, and forgets what was asked for before.
        Span<ulong> all = stackalloc ulong[MostProcessors / 64];
        all.Fill(ulong.MaxValue);
        try
        {
            Scheduling.SetAffinity(all);
        }
        catch (SyscallException)
        {
            // Where this is forbidden, the processors of the runtime's caller are all that there is.
        }
    }

    /// <summary>While this process still has the runtime's capabilities.</summary>
    internal void TakeOn()
    {
        if (memory is { } policy)
        {
            Step("set memory policy", () => Scheduling.SetMemoryPolicy(policy.Mode, policy.Nodes));
        }

        if (personality is { } domain)
        {
            CurrentProcess.SetPersonality(domain);
        }

        if (ioPriority is { } io)
        {
            Step("set io priority", () => Scheduling.SetIoPriority(io.Kind, io.Level));
        }

        if (scheduler is { } attributes)
        {
            try
            {
                Step("error setting scheduler", () => Scheduling.SetScheduler(attributes));
            }
            catch (ContainerException error) when (error.InnerException is SyscallException { Errno: Errno.EPERM } && pinned)
            {
                // sched_setattr(2): a deadline takes all processors of the machine.
                throw new ContainerException("process scheduler can't be used together with AllowedCPUs", error);
            }
        }
    }

    private static void Affinity(ulong[]? processors, string which)
    {
        if (processors is not null)
        {
            Step($"set {which} CPU affinity", () => Scheduling.SetAffinity(processors));
        }
    }

    private static void Step(string step, Action action)
    {
        try
        {
            action();
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"{step}: {ErrnoText.Of(error.Errno)}", error);
        }
    }

    private static SchedulerAttributes Scheduler(Scheduler given)
    {
        int policy = Array.IndexOf(Policies, given.Policy ?? string.Empty);
        if (policy < 0)
        {
            throw new ContainerException($"invalid scheduler policy: \"{given.Policy}\"");
        }

        bool realtime = given.Policy is "SCHED_FIFO" or "SCHED_RR";
        if (given.Nice is < -20 or > 19)
        {
            throw new ContainerException($"invalid scheduler.nice: {given.Nice}");
        }

        if (given.Priority is not null and not 0 && !realtime)
        {
            throw new ContainerException("scheduler.priority can only be specified for SchedFIFO or SchedRR policy");
        }

        if ((given.Runtime ?? given.Deadline ?? given.Period ?? 0) != 0 && given.Policy != "SCHED_DEADLINE")
        {
            throw new ContainerException("scheduler runtime/deadline/period can only be specified for SchedDeadline policy");
        }

        ulong flags = 0;
        foreach (string name in given.Flags ?? [])
        {
            int bit = Array.IndexOf(SchedulerFlags, name);
            flags |= bit < 0 ? throw new ContainerException($"invalid scheduler flag: \"{name}\"") : 1UL << bit;
        }

        return new SchedulerAttributes
        {
            Policy = (uint)policy,
            Flags = flags,
            Nice = given.Nice ?? 0,
            Priority = (uint)(given.Priority ?? 0),
            Runtime = given.Runtime ?? 0,
            Deadline = given.Deadline ?? 0,
            Period = given.Period ?? 0,
        };
    }

    private static (int Kind, int Level) IoPriority(IoPriority given)
    {
        int kind = Array.IndexOf(IoClasses, given.Class ?? string.Empty);
        int level = given.Priority ?? 0;
        return kind <= 0 ? throw new ContainerException($"invalid ioPriority.class: \"{given.Class}\"")
            : level is < 0 or > 7 ? throw new ContainerException($"invalid ioPriority.priority: {level}")
            : (kind, level);
    }

    private static ulong Personality(Personality given)
    {
        const ulong linux32 = 8;
        return given.Flags is { Count: > 0 } ? throw new ContainerException("personality flags are not supported by the spec's domains")
            : given.Domain switch
            {
                "LINUX" => 0UL,
                "LINUX32" => linux32,
                _ => throw new ContainerException($"invalid personality domain: \"{given.Domain}\""),
            };
    }
}
