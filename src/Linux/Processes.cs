using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>Other processes, by id or by descriptor.</summary>
public static unsafe class Processes
{
    /// <summary>waitpid(2), blocking, begun again when interrupted.</summary>
    public static ExitStatus Wait(int id)
    {
        int status;
        while (Libc.waitpid(id, &status, 0) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if ((Errno)errno != Errno.EINTR)
            {
                throw new SyscallException("waitpid", errno, id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return new ExitStatus(status);
    }

    /// <summary>Reaps one ended child of this process, if there is one: its id and status, else null. Waits for __WALL children too.</summary>
    public static (int Id, ExitStatus Status)? Reap(int id = -1)
    {
        const int noHang = 1;
        const int wall = 0x40000000;
        int status;
        int reaped = Libc.waitpid(id, &status, noHang | wall);
        return reaped > 0 ? (reaped, new ExitStatus(status)) : null;
    }

    /// <summary>False when there is no such process.</summary>
    public static bool Signal(int id, int signal)
    {
        if (Libc.kill(id, signal) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return (Errno)errno == Errno.ESRCH ? false : throw new SyscallException("kill", errno, id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>pidfd_open(2): readable when the process has ended; null when there is none.</summary>
    public static FileDescriptor? Open(int id)
    {
        nint fd = Syscall.Try(SyscallNumber.pidfd_open, id);
        return fd >= 0 ? new FileDescriptor((int)fd)
            : (Errno)(-fd) == Errno.ESRCH ? null
            : throw new SyscallException("pidfd_open", (int)-fd, id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>prlimit(2).</summary>
    public static void SetLimit(int id, int resource, ulong soft, ulong hard, string operand)
    {
        ulong* limit = stackalloc ulong[2] { soft, hard };
        Libc.Check(Libc.prlimit(id, resource, limit, null), "prlimit", operand);
    }
}
