using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>Pieces of a file by their offset.</summary>
public static unsafe class FileRange
{
    /// <summary>pread(2): less than asked for at the end of the file.</summary>
    public static int Read(FileDescriptor file, Span<byte> buffer, long offset, string operand)
    {
        fixed (byte* start = buffer)
        {
            return (int)Libc.Check(Libc.pread(file.Number, start, (nuint)buffer.Length, offset), "pread", operand);
        }
    }

    /// <summary>One pwrite(2): a few bytes are written as a whole or, on a full disk, not.</summary>
    public static void Write(FileDescriptor file, ReadOnlySpan<byte> bytes, long offset, string operand)
    {
        fixed (byte* start = bytes)
        {
            Libc.Check(Libc.pwrite(file.Number, start, (nuint)bytes.Length, offset), "pwrite", operand);
        }
    }

    /// <summary>
    /// splice(2) from a pipe that does not block into a file: the kernel takes bytes from the one and has them in the other in
    /// one step that no kill can divide. How many; 0 when the last writer has gone, null when nothing is there now.
    /// </summary>
    public static int? TryMove(FileDescriptor pipe, FileDescriptor file, int most, long offset, string operand)
    {
        const uint nonBlocking = 2;
        nint count = Libc.splice(pipe.Number, null, file.Number, &offset, (nuint)most, nonBlocking);
        int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return count >= 0 ? (int)count
            : (Errno)errno is Errno.EAGAIN or Errno.EINTR ? null
            : throw new SyscallException("splice", errno, operand);
    }

    /// <summary>
    /// splice(2) between two descriptors that do not block, one of them a pipe: no byte passes through this process. How many; 0 at
    /// the source's end, null when the source has nothing or the target is full.
    /// </summary>
    /// <exception cref="SyscallException">EINVAL: neither is a pipe, or one of them cannot splice.</exception>
    public static int? TryMove(FileDescriptor source, FileDescriptor target, int most, string operand)
    {
        const uint nonBlocking = 2;
        nint count = Libc.splice(source.Number, null, target.Number, null, (nuint)most, nonBlocking);
        int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return count >= 0 ? (int)count
            : (Errno)errno is Errno.EAGAIN or Errno.EINTR ? null
            : throw new SyscallException("splice", errno, operand);
    }

    /// <summary>fallocate(2): gives the space of a range back; the offsets behind it stay what they are.</summary>
    public static void Release(FileDescriptor file, long offset, long length, string operand)
    {
        const int keepSizePunchHole = 3;
        Libc.Check(Libc.fallocate(file.Number, keepSizePunchHole, offset, length), "fallocate", operand);
    }

    /// <summary>flock(2), exclusive: false when another process has it. It ends with the descriptor.</summary>
    public static bool TryLock(FileDescriptor file, string operand)
    {
        const int exclusiveNonBlocking = 6;
        if (Libc.flock(file.Number, exclusiveNonBlocking) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return (Errno)errno == Errno.EAGAIN ? false : throw new SyscallException("flock", errno, operand);
    }
}
