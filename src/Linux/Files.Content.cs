using System.Runtime.InteropServices;
using System.Text;

namespace Wharf.Linux;

/// <summary>What is in a file: whole, or as much as is there.</summary>
public static unsafe partial class Files
{
    public static int Read(FileDescriptor file, Span<byte> buffer, string operand)
    {
        fixed (byte* start = buffer)
        {
            return (int)Libc.Check(Libc.read(file.Number, start, (nuint)buffer.Length), "read", operand);
        }
    }

    /// <summary>All bytes until the end, or so many.</summary>
    public static byte[] ReadToEnd(FileDescriptor file, string operand, int most = int.MaxValue)
    {
        byte[] bytes = new byte[4096];
        int length = 0;
        while (length < most)
        {
            int count = Read(file, bytes.AsSpan(length, Math.Min(bytes.Length - length, most - length)), operand);
            if (count == 0)
            {
                break;
            }

            length += count;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, length * 2);
            }
        }

        return bytes[..length];
    }

    /// <summary>read(2) of a descriptor that does not block: null when nothing is there yet.</summary>
    public static int? TryRead(FileDescriptor file, Span<byte> buffer, string operand)
    {
        fixed (byte* start = buffer)
        {
            nint count = Libc.read(file.Number, start, (nuint)buffer.Length);
            int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return count >= 0 ? (int)count
                : (Errno)errno is Errno.EAGAIN or Errno.EINTR ? null
                : throw new SyscallException("read", errno, operand);
        }
    }

    /// <summary>write(2) to a descriptor that does not block: how much was taken, null when nothing can be taken now.</summary>
    public static int? TryWrite(FileDescriptor file, ReadOnlySpan<byte> bytes, string operand)
    {
        fixed (byte* start = bytes)
        {
            nint count = Libc.write(file.Number, start, (nuint)bytes.Length);
            int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return count >= 0 ? (int)count
                : (Errno)errno is Errno.EAGAIN or Errno.EINTR ? null
                : throw new SyscallException("write", errno, operand);
        }
    }

    /// <summary>Bytes that wait in a pipe or fifo: FIONREAD.</summary>
    public static int Unread(FileDescriptor pipe)
    {
        const nuint count = 0x541b;
        int bytes;
        Libc.Check(Libc.ioctl(pipe.Number, count, (nint)(&bytes)), "ioctl", "FIONREAD");
        return bytes;
    }

    /// <summary>Writes all of it.</summary>
    public static void Write(FileDescriptor file, ReadOnlySpan<byte> bytes, string operand)
    {
        fixed (byte* start = bytes)
        {
            int written = 0;
            while (written < bytes.Length)
            {
                nint count = Libc.write(file.Number, start + written, (nuint)(bytes.Length - written));
                if (count < 0 && (Errno)Marshal.GetLastPInvokeError() == Errno.EINTR)
                {
                    continue;
                }

                written += (int)Libc.Check(count, "write", operand);
            }
        }
    }

    /// <summary>One write(2) of a short text: control files of /proc and cgroups take a value in one piece.</summary>
    public static void WriteText(FileDescriptor file, string text, string operand) => Write(file, Encoding.UTF8.GetBytes(text), operand);

    public static void WriteText(string path, string text)
    {
        using FileDescriptor file = Open(path, OpenFlags.WriteOnly);
        WriteText(file, text, path);
    }

    /// <summary>The text of a short file of /proc or of a cgroup; null when it, or the process that it is about, is gone.</summary>
    public static string? TryReadText(string path) => TryReadText(null, path, path);

    /// <summary>The same of a path below an open folder; the operand is what an error names.</summary>
    public static string? TryReadText(FileDescriptor? directory, string path, string operand)
    {
        int fd = Libc.openat(directory?.Number ?? AtCurrentDirectory, path, Native(OpenFlags.ReadOnly | OpenFlags.CloseOnExec), 0);
        if (fd < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return (Errno)errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ESRCH ? null : throw new SyscallException("open", errno, operand);
        }

        using var file = new FileDescriptor(fd);
        byte[] buffer = new byte[4096];
        int length = 0;
        while (true)
        {
            fixed (byte* start = buffer)
            {
                nint count = Libc.read(fd, start + length, (nuint)(buffer.Length - length));
                if (count <= 0)
                {
                    int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
                    return errno == 0 ? Encoding.UTF8.GetString(buffer, 0, length)
                        : (Errno)errno is Errno.ESRCH or Errno.ENODEV ? null
                        : throw new SyscallException("read", errno, operand);
                }

                length += (int)count;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }
}
