using System.Collections;
using System.Text;

namespace Wharf.Linux;

/// <summary>This process: cloning it, replacing it, ending it, and its own settings.</summary>
public static unsafe class CurrentProcess
{
    private const int PrSetKeepCaps = 8;
    private const int PrCapBsetDrop = 24;
    private const int PrSchedCore = 62;
    private const int PrSetChildSubreaper = 36;
    private const int PrSetNoNewPrivs = 38;
    private const int PrCapAmbient = 47;
    private const int PrSetDumpable = 4;
    private const int PrSetPdeathsig = 1;
    private const int PrSetName = 15;

    public static int Id => Libc.getpid();

    /// <summary>What this process has used of processors so far, the start of the program with it.</summary>
    public static TimeSpan CpuTime
    {
        get
        {
            const int processClock = 2;
            long* time = stackalloc long[2];
            Libc.Check(Libc.clock_gettime(processClock, time), "clock_gettime");
            return TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick));
        }
    }

    public static int ParentId => Libc.getppid();

    public static uint EffectiveUserId => Libc.geteuid();

    public static uint EffectiveGroupId => Libc.getegid();

    /// <summary>"NAME=value" entries, as a program that is executed takes them.</summary>
    public static IReadOnlyList<string> Environment()
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            entries.Add($"{entry.Key}={entry.Value}");
        }

        return entries;
    }

    /// <summary>
    /// clone3(2) without sharing memory: returns twice, 0 in the child, which goes on in managed code.
    /// Safe only while no other managed thread runs: decision 0001.
    /// </summary>
    public static int Clone(CloneFlags flags, FileDescriptor? cgroup = null)
    {
        const int sigchld = 17;
        var arguments = new CloneArguments { Flags = (ulong)flags, ExitSignal = flags.HasFlag(CloneFlags.Parent) ? 0u : sigchld };
        if (cgroup is not null)
        {
            arguments.Flags |= (ulong)CloneFlags.IntoCgroup;
            arguments.Cgroup = (ulong)cgroup.Number;
        }

        return (int)Syscall.Invoke(SyscallNumber.clone3, "clone3", null, (nint)(&arguments), sizeof(CloneArguments));
    }

    /// <summary>execve(2) of an open file's path or a plain path; returns only by an exception.</summary>
    public static void Execute(string path, NativeStrings arguments, NativeStrings environment)
    {
        byte* native = NativeStrings.Copy(path);
        Libc.Check(Libc.execve(native, arguments.Pointers, environment.Pointers), "exec", path);
    }

    /// <summary>_exit(2): no finalizers, no buffers.</summary>
    public static void Exit(int code) => Libc._exit(code);

    public static void Unshare(CloneFlags flags) => Libc.Check(Libc.unshare((int)flags), "unshare", flags.ToString());

    /// <summary>setns(2).</summary>
    public static void Join(FileDescriptor file, CloneFlags type, string operand) =>
        Libc.Check(Libc.setns(file.Number, (int)type), "setns", operand);

    public static void StartSession() => Libc.Check(Libc.setsid(), "setsid");

    public static void ChangeDirectory(string path) => Libc.Check(Libc.chdir(path), "chdir", path);

    public static void ChangeDirectory(FileDescriptor directory, string operand) => Libc.Check(Libc.fchdir(directory.Number), "fchdir", operand);

    /// <summary>chroot(2) into the working directory.</summary>
    public static void ChangeRootHere() => Libc.Check(Libc.chroot("."), "chroot", ".");

    /// <summary>False when the working directory is outside the root: the kernel then gives no path that begins with a slash.</summary>
    public static bool WorkingDirectoryIsReachable()
    {
        byte* buffer = stackalloc byte[4096];
        return Libc.getcwd(buffer, 4096) is not null ? buffer[0] == (byte)'/'
            : (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.ENOSYS && WorkingDirectoryIsBelowRoot();
    }

    /// <summary>Where a filter refuses getcwd(2): upwards until a directory is its own parent, which is this process's root unless the way began outside.</summary>
    private static bool WorkingDirectoryIsBelowRoot()
    {
        const int mostLevels = 4096;
        using FileDescriptor root = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        FileStatus top = Files.Status(root, "/");
        FileDescriptor here = Files.Open(".", OpenFlags.Path | OpenFlags.Directory);
        for (int level = 0; level < mostLevels; level++)
        {
            FileStatus status = Files.Status(here, ".");
            FileDescriptor above = Files.OpenAt(here, "..", OpenFlags.Path | OpenFlags.Directory);
            FileStatus parent = Files.Status(above, "..");
            here.Dispose();
            here = above;
            if ((parent.Inode, parent.Filesystem) == (status.Inode, status.Filesystem))
            {
                here.Dispose();
                return (status.Inode, status.Filesystem) == (top.Inode, top.Filesystem);
            }
        }

        here.Dispose();
        return false;
    }

    public static uint SetUmask(uint mask) => Libc.umask(mask);

    public static void SetHostName(string name) => Libc.Check(Libc.sethostname(name, (nuint)Encoding.UTF8.GetByteCount(name)), "sethostname", name);

    public static void SetDomainName(string name) => Libc.Check(Libc.setdomainname(name, (nuint)Encoding.UTF8.GetByteCount(name)), "setdomainname", name);

    public static void SetNoNewPrivileges() => Libc.Check(Libc.prctl(PrSetNoNewPrivs, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS");

    public static void SetKeepCapabilities(bool keep) => Libc.Check(Libc.prctl(PrSetKeepCaps, keep ? 1u : 0u, 0, 0, 0), "prctl", "PR_SET_KEEPCAPS");

    public static void SetDumpable(bool dumpable) => Libc.Check(Libc.prctl(PrSetDumpable, dumpable ? 1u : 0u, 0, 0, 0), "prctl", "PR_SET_DUMPABLE");

    /// <summary>The signal that this process gets when its parent's thread ends.</summary>
    public static void SetParentDeathSignal(int signal) => Libc.Check(Libc.prctl(PrSetPdeathsig, (nuint)signal, 0, 0, 0), "prctl", "PR_SET_PDEATHSIG");

    public static void SetName(string name)
    {
        byte* native = NativeStrings.Copy(name);
        Libc.Check(Libc.prctl(PrSetName, (nuint)native, 0, 0, 0), "prctl", "PR_SET_NAME");
    }

    /// <summary>PR_SCHED_CORE_CREATE: this process, and what it starts from now on, shares no core's threads with others (kernel 5.14, CONFIG_SCHED_CORE).</summary>
    public static void CreateSchedulingCookie() => Libc.Check(Libc.prctl(PrSchedCore, 1, 0, 1, 0), "prctl", "PR_SCHED_CORE");

    /// <summary>Makes this process the parent of its orphaned descendants.</summary>
    public static void BecomeSubreaper() => Libc.Check(Libc.prctl(PrSetChildSubreaper, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER");

    /// <summary>False when the kernel knows no capability of this number.</summary>
    internal static bool DropFromBoundingSet(int capability)
    {
        if (Libc.prctl(PrCapBsetDrop, (nuint)capability, 0, 0, 0) == 0)
        {
            return true;
        }

        int errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return (Errno)errno == Errno.EINVAL ? false : throw new SyscallException("prctl", errno, $"PR_CAPBSET_DROP {capability}");
    }

    internal static void ClearAmbientSet() => Libc.Check(Libc.prctl(PrCapAmbient, 4, 0, 0, 0), "prctl", "PR_CAP_AMBIENT_CLEAR_ALL");

    /// <summary>False when the kernel refuses: the capability is not permitted and inheritable.</summary>
    internal static bool RaiseAmbient(int capability) => Libc.prctl(PrCapAmbient, 2, (nuint)capability, 0, 0) == 0;

    /// <summary>
    /// User and groups of this thread, by raw calls: glibc's own would signal threads that a clone has left behind.
    /// </summary>
    public static void SetIdentity(uint user, uint group, IReadOnlyList<uint>? groups)
    {
        if (groups is not null)
        {
            uint[] list = [.. groups];
            fixed (uint* first = list)
            {
                Syscall.Invoke(SyscallNumber.setgroups, "setgroups", null, list.Length, (nint)first);
            }
        }

        Syscall.Invoke(SyscallNumber.setresgid, "setresgid", null, (nint)group, (nint)group, (nint)group);
        Syscall.Invoke(SyscallNumber.setresuid, "setresuid", null, (nint)user, (nint)user, (nint)user);
    }

    /// <summary>A session keyring of its own, named; the machine may have none (ENOSYS) or no room (EDQUOT).</summary>
    public static void JoinSessionKeyring(string name)
    {
        byte* native = NativeStrings.Copy(name);
        nint keyring = Syscall.Try(SyscallNumber.keyctl, 1, (nint)native);
        if (keyring < 0 && (Errno)(-keyring) is not (Errno.ENOSYS or Errno.EDQUOT or Errno.EPERM))
        {
            throw new SyscallException("keyctl join session keyring", (int)-keyring, name);
        }
    }

    /// <summary>personality(2).</summary>
    public static void SetPersonality(ulong domain) => Syscall.Invoke(SyscallNumber.personality, "personality", null, (nint)domain);

    /// <summary>Marks every descriptor from a number on close-on-exec.</summary>
    public static void CloseOnExecFrom(uint first) => Libc.Check(Libc.close_range(first, uint.MaxValue, 4), "close_range");

    /// <summary>Closes every descriptor from a number on but those kept; whoever else has one of them open in this process must not use it again.</summary>
    public static void CloseFrom(int first, params ReadOnlySpan<FileDescriptor> kept)
    {
        Span<int> numbers = stackalloc int[kept.Length];
        for (int index = 0; index < kept.Length; index++)
        {
            numbers[index] = kept[index].Number;
        }

        numbers.Sort();
        int next = first;
        foreach (int number in numbers)
        {
            if (number > next)
            {
                Libc.Check(Libc.close_range((uint)next, (uint)(number - 1), 0), "close_range");
            }

            next = Math.Max(next, number + 1);
        }

        Libc.Check(Libc.close_range((uint)next, uint.MaxValue, 0), "close_range");
    }

    /// <summary>Every signal back to its default action: what is ignored would stay ignored after an exec.</summary>
    public static void ResetSignals()
    {
        for (int signal = 1; signal < 65; signal++)
        {
            // KILL, STOP and glibc's own refuse, and have nothing to reset.
            Libc.signal(signal, 0);
        }
    }

    /// <summary>
    /// Lets a signal end this process even where the kernel does not apply default actions: in the first process of a pid namespace.
    /// The signal's number is the exit code.
    /// </summary>
    public static void ExitOnSignal(int signal) => Libc.signal(signal, (nint)(delegate* unmanaged<int, void>)&ExitFromHandler);

    /// <summary>Of a handler: the thread waits in a system call then, outside of managed code, and does not come back.</summary>
    [System.Runtime.InteropServices.UnmanagedCallersOnly]
    private static void ExitFromHandler(int signal) => Libc._exit(signal);

    public static void IgnoreSignal(int signal) => Libc.signal(signal, 1);

    /// <summary>Unblocks all signals.</summary>
    public static void UnblockSignals()
    {
        ulong* none = stackalloc ulong[16];
        new Span<ulong>(none, 16).Clear();
        Libc.Check(Libc.sigprocmask(2, none, null), "sigprocmask");
    }
}
