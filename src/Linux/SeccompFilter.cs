namespace Wharf.Linux;

/// <summary>seccomp(2): installs a classic BPF program on this thread.</summary>
public static unsafe class SeccompFilter
{
    /// <summary>The listener's descriptor when flags ask for one, else null.</summary>
    public static FileDescriptor? Install(ReadOnlySpan<ulong> program, uint flags)
    {
        const uint newListener = 8;
        fixed (ulong* first = program)
        {
            // struct sock_fprog: u16 length, padding, pointer.
            nuint* header = stackalloc nuint[2] { (nuint)program.Length, (nuint)first };
            nint result = Syscall.Invoke(SyscallNumber.seccomp, "seccomp", null, 1, (nint)flags, (nint)header);
            return (flags & newListener) != 0 ? new FileDescriptor((int)result) : null;
        }
    }
}
