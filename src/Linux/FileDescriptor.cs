using Microsoft.Win32.SafeHandles;

namespace Wharf.Linux;

/// <summary>An open file description's number in this process, owned: closed when disposed. Every one is opened O_CLOEXEC.</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    public FileDescriptor(int number, bool ownsHandle = true)
        : base(ownsHandle) => SetHandle(number);

    /// <summary>The number itself, for /proc/self/fd paths and messages; it stays owned by this handle.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
