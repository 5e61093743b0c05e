using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>How this thread gets processors, disks and memory: sched_setattr(2), ioprio_set(2), sched_setaffinity(2), set_mempolicy(2).</summary>
public static unsafe class Scheduling
{
    public static void SetScheduler(SchedulerAttributes attributes) =>
        Syscall.Invoke(SyscallNumber.sched_setattr, "sched_setattr", null, 0, (nint)(&attributes), 0);

    /// <summary>Class in the upper bits, level in the lower 13.</summary>
    public static void SetIoPriority(int kind, int level)
    {
        const int process = 1;
        Syscall.Invoke(SyscallNumber.ioprio_set, "ioprio_set", null, process, 0, (kind << 13) | level);
    }

    public static void SetAffinity(ReadOnlySpan<ulong> processors)
    {
        fixed (ulong* first = processors)
        {
            Syscall.Invoke(SyscallNumber.sched_setaffinity, "sched_setaffinity", null, 0, processors.Length * sizeof(ulong), (nint)first);
        }
    }

    /// <summary>The first 64 processors that this thread may run on, as a mask.</summary>
    public static ulong Affinity()
    {
        // The kernel wants room for all that it was built for.
        const int words = 128;
        ulong* mask = stackalloc ulong[words];
        Syscall.Invoke(SyscallNumber.sched_getaffinity, "sched_getaffinity", null, 0, words * sizeof(ulong), (nint)mask);
        return mask[0];
    }

    public static void SetMemoryPolicy(int mode, ReadOnlySpan<ulong> nodes)
    {
        fixed (ulong* first = nodes)
        {
            // The kernel counts one bit more than the mask has.
            Syscall.Invoke(SyscallNumber.set_mempolicy, "set_mempolicy", null, mode, (nint)first, nodes.Length == 0 ? 0 : (nodes.Length * 64) + 1);
        }
    }
}
