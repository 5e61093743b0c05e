using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>Numbers of the calls that glibc has no wrapper for, or whose wrapper does more than the call.</summary>
internal static class SyscallNumber
{
    // From 424 on every architecture has the same numbers.
    internal const int pidfd_send_signal = 424;
    internal const int open_tree = 428;
    internal const int move_mount = 429;
    internal const int fsopen = 430;
    internal const int fsconfig = 431;
    internal const int fsmount = 432;
    internal const int pidfd_open = 434;
    internal const int clone3 = 435;
    internal const int openat2 = 437;
    internal const int pidfd_getfd = 438;
    internal const int mount_setattr = 442;

    internal static readonly int prctl = X64 ? 157 : 167;
    internal static readonly int ppoll = X64 ? 271 : 73;
    internal static readonly int brk = X64 ? 12 : 214;
    internal static readonly int pivot_root = X64 ? 155 : 41;
    internal static readonly int capset = X64 ? 126 : 91;
    internal static readonly int setgroups = X64 ? 116 : 159;
    internal static readonly int setresuid = X64 ? 117 : 147;
    internal static readonly int setresgid = X64 ? 119 : 149;
    internal static readonly int seccomp = X64 ? 317 : 277;
    internal static readonly int keyctl = X64 ? 250 : 219;
    internal static readonly int bpf = X64 ? 321 : 280;
    internal static readonly int personality = X64 ? 135 : 92;
    internal static readonly int ioprio_set = X64 ? 251 : 30;
    internal static readonly int sched_setattr = X64 ? 314 : 274;
    internal static readonly int set_mempolicy = X64 ? 238 : 237;
    internal static readonly int sched_setaffinity = X64 ? 203 : 122;
    internal static readonly int sched_getaffinity = X64 ? 204 : 123;
    internal static readonly int memfd_create = X64 ? 319 : 279;

    private static bool X64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;
}
