using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>A copy of a file in memory that nobody can change any more, whoever opens it: memfd_create(2), F_ADD_SEALS of fcntl(2).</summary>
public static unsafe class SealedCopy
{
    private const nint CloseOnExec = 1;
    private const nint AllowSealing = 2;
    private const nint Executable = 0x10;

    /// <summary>Open for reading alone, as what is open for writing cannot be executed.</summary>
    public static FileDescriptor Of(FileDescriptor source, string name)
    {
        const int addSeals = 1033;

        // No more seals, no less and no more bytes, no other ones: F_SEAL_SEAL, SHRINK, GROW, WRITE.
        const nint everything = 1 | 2 | 4 | 8;
        using FileDescriptor copy = Make(name);
        byte[] buffer = new byte[256 * 1024];
        for (int count = Files.Read(source, buffer, name); count > 0; count = Files.Read(source, buffer, name))
        {
            Files.Write(copy, buffer.AsSpan(0, count), name);
        }

        Libc.Check(Libc.fcntl(copy.Number, addSeals, everything), "fcntl", name);
        return Files.Reopen(copy, OpenFlags.ReadOnly, name);
    }

    private static FileDescriptor Make(string name)
    {
        byte* native = NativeStrings.Copy(name);
        try
        {
            nint made = Syscall.Try(SyscallNumber.memfd_create, (nint)native, CloseOnExec | AllowSealing | Executable, 0, 0);
            if ((Errno)(-made) == Errno.EINVAL)
            {
                // Before Linux 6.3 it has no such flag, and is executable without.
                made = Syscall.Try(SyscallNumber.memfd_create, (nint)native, CloseOnExec | AllowSealing, 0, 0);
            }

            return made >= 0 ? new FileDescriptor((int)made) : throw new SyscallException("memfd_create", (int)-made, name);
        }
        finally
        {
            NativeMemory.Free(native);
        }
    }
}
