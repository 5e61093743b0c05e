using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>A file as a block device: loop(4). Unless it is kept, the kernel frees it when nobody has it open or mounted any more.</summary>
public sealed unsafe class LoopDevice : IDisposable
{
    private const nuint GetFree = 0x4C82;
    private const nuint Configure = 0x4C0A;
    private const nuint SetStatus = 0x4C04;
    private const nuint GetStatus = 0x4C05;
    private const int InfoSize = 232;
    private const int FlagsOffset = 52;
    private const uint ReadOnlyFlag = 1;
    private const uint AutoClearFlag = 4;
    private readonly FileDescriptor device;

    private LoopDevice(FileDescriptor device, string path)
    {
        this.device = device;
        Path = path;
    }

    public string Path { get; }

    /// <exception cref="SyscallException">The file is not there, or every device is taken.</exception>
    public static LoopDevice Of(string file, bool readOnly)
    {
        using FileDescriptor backing = Files.Open(file, readOnly ? OpenFlags.ReadOnly : OpenFlags.ReadWrite);
        using FileDescriptor control = Files.Open("/dev/loop-control", OpenFlags.ReadWrite);

        // struct loop_config: descriptor, block size, struct loop_info64, 64 bytes for later.
        byte* request = stackalloc byte[8 + InfoSize + 64];
        while (true)
        {
            string path = $"/dev/loop{Libc.Check(Libc.ioctl(control.Number, GetFree, 0), "ioctl", "LOOP_CTL_GET_FREE")}";
            FileDescriptor device = Files.Open(path, readOnly ? OpenFlags.ReadOnly : OpenFlags.ReadWrite);

            new Span<byte>(request, 8 + InfoSize + 64).Clear();
            *(int*)request = backing.Number;
            *(uint*)(request + 8 + FlagsOffset) = AutoClearFlag | (readOnly ? ReadOnlyFlag : 0);
            if (Libc.ioctl(device.Number, Configure, (nint)request) == 0)
            {
                return new LoopDevice(device, path);
            }

            int errno = Marshal.GetLastPInvokeError();
            device.Dispose();
            if ((Errno)errno != Errno.EBUSY)
            {
                throw new SyscallException("ioctl", errno, $"LOOP_CONFIGURE {path} {file}");
            }

            // Somebody else was faster to take this one.
        }
    }

    /// <summary>From now on the device stays when nobody has it open, or, with <paramref name="keep"/> false, no longer.</summary>
    public void Keep(bool keep) => Keep(device, Path, keep);

    /// <summary>Has a kept device freed as soon as nobody uses it.</summary>
    public static void Release(string path)
    {
        using FileDescriptor device = Files.Open(path, OpenFlags.ReadOnly);
        Keep(device, path, keep: false);
    }

    public void Dispose() => device.Dispose();

    private static void Keep(FileDescriptor device, string path, bool keep)
    {
        byte* info = stackalloc byte[InfoSize];
        Libc.Check(Libc.ioctl(device.Number, GetStatus, (nint)info), "ioctl", $"LOOP_GET_STATUS64 {path}");
        uint* flags = (uint*)(info + FlagsOffset);
        *flags = keep ? *flags & ~AutoClearFlag : *flags | AutoClearFlag;
        Libc.Check(Libc.ioctl(device.Number, SetStatus, (nint)info), "ioctl", $"LOOP_SET_STATUS64 {path}");
    }
}
