using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>poll(2) for a program with one thread.</summary>
public static unsafe class Poll
{
    private const short In = 1;
    private const long Cgroup2Magic = 0x63677270;

    /// <summary>Waits until one of the descriptors can be read or has ended; which ones, by position. A timeout in milliseconds, −1 for none.</summary>
    public static bool[] Readable(int timeout, params ReadOnlySpan<FileDescriptor?> descriptors)
    {
        PollEntry* entries = stackalloc PollEntry[descriptors.Length];
        for (int index = 0; index < descriptors.Length; index++)
        {
            entries[index] = new PollEntry { Descriptor = descriptors[index]?.Number ?? -1, Events = In };
        }

        while (Libc.poll(entries, (nuint)descriptors.Length, timeout) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if ((Errno)errno != Errno.EINTR)
            {
                throw new SyscallException("poll", errno);
            }
        }

        bool[] ready = new bool[descriptors.Length];
        for (int index = 0; index < ready.Length; index++)
        {
            ready[index] = entries[index].Occurred != 0;
        }

        return ready;
    }

    /// <summary>
    /// The same, with a first descriptor that may also be a control file of cgroup v2: such a file can always be read, and has an
    /// exceptional condition when it has changed since it was read.
    /// </summary>
    public static bool[] Changed(int timeout, FileDescriptor control, FileDescriptor? process)
    {
        const short priority = 2;
        const short error = 8;
        PollEntry* entries = stackalloc PollEntry[2]
        {
            new PollEntry { Descriptor = control.Number, Events = (short)(Files.FilesystemType(control, "control file") == Cgroup2Magic ? priority : In) },
            new PollEntry { Descriptor = process?.Number ?? -1, Events = In },
        };
        if (Libc.poll(entries, 2, timeout) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return (Errno)errno == Errno.EINTR ? [false, false] : throw new SyscallException("poll", errno);
        }

        return [(entries[0].Occurred & (In | priority | error)) != 0, entries[1].Occurred != 0];
    }

    /// <summary>Waits until a descriptor takes bytes, or its other end is gone.</summary>
    public static void Writable(FileDescriptor descriptor)
    {
        const short output = 4;
        var entry = new PollEntry { Descriptor = descriptor.Number, Events = output };
        while (Libc.poll(&entry, 1, -1) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if ((Errno)errno != Errno.EINTR)
            {
                throw new SyscallException("poll", errno);
            }
        }
    }

    /// <summary>Whether the other end of a pipe or fifo is gone: POLLHUP.</summary>
    public static bool HungUp(FileDescriptor descriptor)
    {
        const short hangUp = 0x10;
        var entry = new PollEntry { Descriptor = descriptor.Number };
        Libc.Check(Libc.poll(&entry, 1, 0), "poll");
        return (entry.Occurred & hangUp) != 0;
    }
}
