using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>What a file is, and where: statx(2), statfs(2).</summary>
public static unsafe partial class Files
{
    public static FileStatus Status(FileDescriptor file, string operand) => StatusAt(file.Number, string.Empty, AtEmptyPath, operand);

    /// <summary>What an entry of an open directory is, a link not followed.</summary>
    public static FileStatus StatusAt(FileDescriptor directory, string name, string operand) => StatusAt(directory.Number, name, AtNoFollow, operand);

    /// <summary>Null when there is no such file.</summary>
    public static FileStatus? Find(string path) => Find(null, path, path);

    /// <summary>The same of a path below an open folder; the operand is what an error names.</summary>
    public static FileStatus? Find(FileDescriptor? directory, string path, string operand)
    {
        int errno = TryStatusAt(directory?.Number ?? AtCurrentDirectory, path, 0, out FileStatus status);
        return errno == 0 ? status
            : (Errno)errno is Errno.ENOENT or Errno.ENOTDIR ? null
            : throw new SyscallException("stat", errno, operand);
    }

    /// <summary>The magic number of the filesystem that a file is on: statfs(2), f_type.</summary>
    public static long FilesystemType(FileDescriptor file, string operand)
    {
        byte* buffer = stackalloc byte[256];
        Libc.Check(Libc.fstatfs(file.Number, buffer), "fstatfs", operand);
        return *(long*)buffer;
    }

    /// <summary>
    /// The flags of the mount that a file is on: statfs(2), f_flags. The kernel tells nothing of strict access times, which are what is
    /// left when no other way is told.
    /// </summary>
    public static MountFlags MountFlagsOf(FileDescriptor file, string operand)
    {
        const int flagsOffset = 80;
        const MountFlags asInMount = MountFlags.ReadOnly | MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec | MountFlags.Synchronous
            | MountFlags.MandatoryLocking | MountFlags.NoAtime | MountFlags.NoDirAtime;
        const uint relative = 4096;
        const uint noSymFollow = 0x2000;
        byte* buffer = stackalloc byte[256];
        Libc.Check(Libc.fstatfs(file.Number, buffer), "fstatfs", operand);
        uint told = (uint)*(ulong*)(buffer + flagsOffset);
        MountFlags flags = (MountFlags)told & asInMount;
        flags |= (told & relative) != 0 ? MountFlags.RelativeAtime : 0;
        flags |= (told & noSymFollow) != 0 ? MountFlags.NoSymFollow : 0;
        return (flags & (MountFlags.NoAtime | MountFlags.RelativeAtime)) == 0 ? flags | MountFlags.StrictAtime : flags;
    }

    private static FileStatus StatusAt(int directory, string path, int flags, string operand) =>
        TryStatusAt(directory, path, flags, out FileStatus status) is var errno and not 0 ? throw new SyscallException("stat", errno, operand) : status;

    private static int TryStatusAt(int directory, string path, int flags, out FileStatus status)
    {
        const uint basicAndMountId = 0x17ff;
        byte* buffer = stackalloc byte[256];
        if (Libc.statx(directory, path, flags, basicAndMountId, buffer) < 0)
        {
            status = default;
            int errno = Marshal.GetLastPInvokeError();
            return IsRefusedByFilter(errno) ? TryOlderStatusAt(directory, path, flags, out status) : errno;
        }

        var bytes = new ReadOnlySpan<byte>(buffer, 256);
        ushort mode = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        status = new FileStatus(
            (FileKind)(mode & 0xf000),
            mode & 0xfffu,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[128..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[132..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[136..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[140..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[144..]))
        {
            Filesystem = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(bytes[140..]),
            Allocated = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]) * 512,
            Seconds = BinaryPrimitives.ReadInt64LittleEndian(bytes[112..]),
            Nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[120..]),
        };
        return 0;
    }
}
