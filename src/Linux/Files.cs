using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>Files by descriptor: what System.IO has no call for, or does with a thread or a buffer too many.</summary>
public static unsafe partial class Files
{
    internal const int AtCurrentDirectory = -100;
    internal const int AtEmptyPath = 0x1000;
    internal const int AtNoFollow = 0x100;
    private const int OpenDirectory = 0x10000;
    private const int OpenNoFollow = 0x20000;

    public static FileDescriptor Open(string path, OpenFlags flags, uint mode = 0) => OpenAt(null, path, flags, mode);

    public static FileDescriptor OpenAt(FileDescriptor? directory, string path, OpenFlags flags, uint mode = 0, string? operand = null) =>
        new(Libc.Check(Libc.openat(directory?.Number ?? AtCurrentDirectory, path, Native(flags | OpenFlags.CloseOnExec), mode), "open", operand ?? path));

    /// <summary>Opens again what a descriptor points to, with other flags.</summary>
    public static FileDescriptor Reopen(FileDescriptor file, OpenFlags flags, string operand)
    {
        try
        {
            return Open($"/proc/self/fd/{file.Number}", flags & ~OpenFlags.NoFollow);
        }
        catch (SyscallException error)
        {
            throw new SyscallException("open", (int)error.Errno, operand);
        }
    }

    /// <summary>
    /// openat2(2) with RESOLVE_IN_ROOT: links and ".." end at the root, so a path made by an image or a container cannot leave it.
    /// Magic links of /proc are refused.
    /// </summary>
    public static FileDescriptor OpenInRoot(FileDescriptor root, string path, OpenFlags flags, uint mode = 0)
    {
        nint fd = TryOpenInRoot(root, path, flags, mode);
        return fd >= 0 ? new FileDescriptor((int)fd) : throw new SyscallException("openat2", (int)-fd, path);
    }

    /// <summary>openat2(2) below a directory, on its own mount: what is mounted over a part of the path is EXDEV. Magic links are refused.</summary>
    public static FileDescriptor OpenOnMount(FileDescriptor directory, string path, OpenFlags flags)
    {
        const ulong noOtherMount = 0x01;
        const ulong noMagicLinks = 0x02;
        const ulong beneath = 0x08;
        nint fd = TryOpen(directory, path, flags, 0, noOtherMount | noMagicLinks | beneath);
        return fd >= 0 ? new FileDescriptor((int)fd) : throw new SyscallException("openat2", (int)-fd, path);
    }

    /// <summary>The same, null when there is no such file.</summary>
    public static FileDescriptor? FindInRoot(FileDescriptor root, string path, OpenFlags flags)
    {
        nint fd = TryOpenInRoot(root, path, flags, 0);
        return fd >= 0 ? new FileDescriptor((int)fd)
            : (Errno)(-fd) is Errno.ENOENT or Errno.ENOTDIR ? null
            : throw new SyscallException("openat2", (int)-fd, path);
    }

    /// <summary>One more descriptor of the same open file, of the first free number from the given one on.</summary>
    public static FileDescriptor DuplicateCloseOnExec(FileDescriptor file, int first = 3)
    {
        const int duplicateCloseOnExec = 1030;
        return new FileDescriptor(Libc.Check(Libc.fcntl(file.Number, duplicateCloseOnExec, first), "fcntl"));
    }

    /// <summary>mkdir(2): null when it was made, else EEXIST, or ENOENT when it has no parent.</summary>
    public static Errno? TryMakeDirectory(string path, uint mode) => TryMakeDirectory(null, path, mode, path);

    /// <summary>The same of a path below an open folder; the operand is what an error names.</summary>
    public static Errno? TryMakeDirectory(FileDescriptor? directory, string path, uint mode, string operand)
    {
        if (Libc.mkdirat(directory?.Number ?? AtCurrentDirectory, path, mode) == 0)
        {
            return null;
        }

        int errno = Marshal.GetLastPInvokeError();
        return (Errno)errno is Errno.EEXIST or Errno.ENOENT ? (Errno)errno : throw new SyscallException("mkdir", errno, operand);
    }

    /// <summary>rmdir(2): null when it is gone, by this or before, else why it is not.</summary>
    public static Errno? TryRemoveDirectory(string path) => TryRemoveDirectory(null, path);

    /// <summary>The same of a path below an open folder.</summary>
    public static Errno? TryRemoveDirectory(FileDescriptor? parent, string path)
    {
        const int directory = 0x200;
        if (Libc.unlinkat(parent?.Number ?? AtCurrentDirectory, path, directory) == 0)
        {
            return null;
        }

        var errno = (Errno)Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? null : errno;
    }

    public static void MakeDirectory(FileDescriptor? parent, string name, uint mode) =>
        Libc.Check(Libc.mkdirat(parent?.Number ?? AtCurrentDirectory, name, mode), "mkdir", name);

    public static void MakeNode(FileDescriptor? parent, string name, FileKind kind, uint mode, uint major = 0, uint minor = 0) =>
        Libc.Check(Libc.mknodat(parent?.Number ?? AtCurrentDirectory, name, (uint)kind | mode, Device(major, minor)), "mknod", name);

    public static void MakeFifo(string path, uint mode) => MakeNode(null, path, FileKind.Fifo, mode);

    public static void MakeLink(FileDescriptor? parent, string name, string target) =>
        Libc.Check(Libc.symlinkat(target, parent?.Number ?? AtCurrentDirectory, name), "symlink", name);

    public static void Remove(FileDescriptor? parent, string name, bool directory = false) =>
        Libc.Check(Libc.unlinkat(parent?.Number ?? AtCurrentDirectory, name, directory ? 0x200 : 0), "unlink", name);

    /// <summary>unlink(2) of what may be missing.</summary>
    public static void RemoveIfThere(FileDescriptor? parent, string name)
    {
        if (Libc.unlinkat(parent?.Number ?? AtCurrentDirectory, name, 0) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if ((Errno)errno != Errno.ENOENT)
            {
                throw new SyscallException("unlink", errno, name);
            }
        }
    }

    public static void Rename(string source, string target) =>
        Libc.Check(Libc.renameat(AtCurrentDirectory, source, AtCurrentDirectory, target), "rename", target);

    public static void ChangeOwner(FileDescriptor file, uint user, uint group, string operand) =>
        Libc.Check(Libc.fchownat(file.Number, string.Empty, user, group, AtEmptyPath), "chown", operand);

    /// <summary>chmod(2) of a name in an open directory; the name must not be a link.</summary>
    public static void ChangeMode(FileDescriptor? parent, string name, uint mode) =>
        Libc.Check(Libc.fchmodat(parent?.Number ?? AtCurrentDirectory, name, mode, 0), "chmod", name);

    /// <summary>Whether this process may execute a file by its effective ids.</summary>
    public static Errno? CannotExecute(string path)
    {
        const int execute = 1;
        const int effectiveIds = 0x200;
        int errno = Libc.faccessat(AtCurrentDirectory, path, execute, effectiveIds) == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (IsRefusedByFilter(errno))
        {
            // By the real ids, which are the same after setresuid(2). The C library's faccessat(3) would ask the newer call again.
            errno = Libc.access(path, execute) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }

        return errno == 0 ? null : (Errno)errno;
    }

    public static string? ReadLink(FileDescriptor? directory, string path)
    {
        byte[] buffer = new byte[4096];
        fixed (byte* start = buffer)
        {
            nint size = Libc.readlinkat(directory?.Number ?? AtCurrentDirectory, path, start, (nuint)buffer.Length);
            return size < 0 ? null : PathText.Decode(buffer.AsSpan(0, (int)size));
        }
    }

    /// <summary>Whether a descriptor of this number is open, without owning it.</summary>
    public static bool IsOpen(int number) => Libc.fcntl(number, 1, 0) >= 0;

    /// <summary>Whether a descriptor of this number is open for writing, without owning it.</summary>
    public static bool IsWritable(int number)
    {
        const int getFlags = 3;
        const int accessMode = 3;
        int flags = Libc.fcntl(number, getFlags, 0);
        return flags >= 0 && (OpenFlags)(flags & accessMode) is OpenFlags.WriteOnly or OpenFlags.ReadWrite;
    }

    /// <summary>Puts a descriptor on a number, inherited by what is executed.</summary>
    public static void Duplicate(FileDescriptor file, int number) =>
        Libc.Check(file.Number == number ? Libc.fcntl(number, 2, 0) : Libc.dup3(file.Number, number, 0), "dup3");

    public static void SetNonBlocking(FileDescriptor file, bool nonBlocking)
    {
        const int get = 3;
        const int set = 4;
        int flags = Libc.Check(Libc.fcntl(file.Number, get, 0), "fcntl");
        Libc.Check(Libc.fcntl(file.Number, set, nonBlocking ? flags | 0x800 : flags & ~0x800), "fcntl");
    }

    /// <summary>A pipe, close-on-exec on both ends.</summary>
    public static (FileDescriptor Read, FileDescriptor Write) Pipe()
    {
        int* pair = stackalloc int[2];
        Libc.Check(Libc.pipe2(pair, 0x80000), "pipe2");
        return (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    /// <summary>A file that is nowhere but in memory, close-on-exec: memfd_create(2). The name is for those who look into /proc.</summary>
    public static FileDescriptor InMemory(string name)
    {
        const int closeOnExec = 1;
        byte* native = NativeStrings.Copy(name);
        try
        {
            return new FileDescriptor((int)Syscall.Invoke(SyscallNumber.memfd_create, "memfd_create", name, (nint)native, closeOnExec));
        }
        finally
        {
            NativeMemory.Free(native);
        }
    }

    internal static ulong Device(uint major, uint minor) =>
        (minor & 0xffu) | ((major & 0xfffu) << 8) | ((ulong)(minor & ~0xffu) << 12) | ((ulong)(major & ~0xfffu) << 32);

    internal static nint TryOpenInRoot(FileDescriptor root, string path, OpenFlags flags, uint mode)
    {
        const ulong noMagicLinks = 0x02;
        const ulong inRoot = 0x10;
        return TryOpen(root, path, flags, mode, noMagicLinks | inRoot);
    }

    private static nint TryOpen(FileDescriptor root, string path, OpenFlags flags, uint mode, ulong resolve)
    {
        ulong* how = stackalloc ulong[3] { (ulong)(uint)Native(flags | OpenFlags.CloseOnExec), flags.HasFlag(OpenFlags.Create) ? mode : 0, resolve };
        byte* name = NativeStrings.Copy(path.Length == 0 ? "." : path);
        try
        {
            nint result;
            do
            {
                // EAGAIN: the kernel saw a rename under the path and could not be sure that ".." stayed inside.
                result = Syscall.Try(SyscallNumber.openat2, root.Number, (nint)name, (nint)how, 24);
            }
            while ((Errno)(-result) is Errno.EAGAIN or Errno.EINTR);
            return result;
        }
        finally
        {
            NativeMemory.Free(name);
        }
    }

    private static int Native(OpenFlags flags)
    {
        int native = (int)flags & ~(int)(OpenFlags.Directory | OpenFlags.NoFollow);
        bool arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        native |= flags.HasFlag(OpenFlags.Directory) ? (arm ? 0x4000 : OpenDirectory) : 0;
        native |= flags.HasFlag(OpenFlags.NoFollow) ? (arm ? 0x8000 : OpenNoFollow) : 0;
        return native;
    }
}
