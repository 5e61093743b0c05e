namespace Wharf.Linux;

/// <summary>Memory that this process goes on sharing with the processes that it clones: mmap(2), anonymous. It lives as long as they do.</summary>
public sealed unsafe class SharedMemory
{
    private readonly byte* start;
    private readonly int size;

    /// <summary>Zeroed memory of some bytes.</summary>
    public SharedMemory(int size)
    {
        const int readWrite = 3;
        const int sharedAnonymous = 0x21;
        this.size = size;
        start = Libc.mmap(null, (nuint)size, readWrite, sharedAnonymous, -1, 0);
        if ((nint)start == -1)
        {
            throw new SyscallException("mmap", System.Runtime.InteropServices.Marshal.GetLastPInvokeError(), $"{size} bytes");
        }
    }

    public Span<byte> Bytes => new(start, size);
}
