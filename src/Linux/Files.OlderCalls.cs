using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>
/// What is left when a seccomp filter refuses a newer call: a profile that was written before the call was made gives it the default
/// action, EPERM mostly, which neither statx(2) nor faccessat2(2) has of its own for a file that is there.
/// </summary>
public static unsafe partial class Files
{
    private static bool IsRefusedByFilter(int errno) => (Errno)errno is Errno.EPERM or Errno.ENOSYS;

    /// <summary>fstatat(2): the id of the mount is not known.</summary>
    private static int TryOlderStatusAt(int directory, string path, int flags, out FileStatus status)
    {
        byte* buffer = stackalloc byte[256];
        if (Libc.fstatat(directory, path, buffer, flags) < 0)
        {
            status = default;
            return Marshal.GetLastPInvokeError();
        }

        // struct stat: links and mode change places with the architecture.
        bool arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var bytes = new ReadOnlySpan<byte>(buffer, 256);
        ReadOnlySpan<byte> ids = bytes[(arm ? 24 : 28)..];
        ulong filesystem = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong device = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(arm ? 32 : 40)..]);
        uint mode = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(arm ? 16 : 24)..]);
        status = new FileStatus(
            (FileKind)(mode & 0xf000),
            mode & 0xfffu,
            BinaryPrimitives.ReadUInt32LittleEndian(ids),
            BinaryPrimitives.ReadUInt32LittleEndian(ids[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            Major(device),
            Minor(device),
            Major(filesystem),
            Minor(filesystem),
            arm ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) : (uint)BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            0)
        {
            Filesystem = ((ulong)Major(filesystem) << 32) | Minor(filesystem),
            Allocated = BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]) * 512,
            Seconds = BinaryPrimitives.ReadInt64LittleEndian(bytes[88..]),
            Nanoseconds = (uint)BinaryPrimitives.ReadUInt64LittleEndian(bytes[96..]),
        };
        return 0;
    }

    private static uint Major(ulong device) => (uint)(((device >> 8) & 0xfff) | ((device >> 32) & ~0xfffUL));

    private static uint Minor(ulong device) => (uint)((device & 0xff) | ((device >> 12) & 0xffffff00UL));
}
