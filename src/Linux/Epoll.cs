using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>epoll(7), level-triggered, for a loop of one thread: each descriptor has the action that takes its readiness.</summary>
public sealed unsafe class Epoll : IDisposable
{
    private readonly FileDescriptor epoll = new(Libc.Check(Libc.epoll_create1(0x80000), "epoll_create1"));
    private readonly Dictionary<int, Action<Readiness>> actions = [];

    public void Add(FileDescriptor descriptor, Readiness interest, Action<Readiness> action)
    {
        Control(1, descriptor.Number, interest);
        actions[descriptor.Number] = action;
    }

    public void Change(FileDescriptor descriptor, Readiness interest) => Control(3, descriptor.Number, interest);

    /// <summary>Before the descriptor is closed.</summary>
    public void Remove(FileDescriptor descriptor)
    {
        if (actions.Remove(descriptor.Number))
        {
            Control(2, descriptor.Number, 0);
        }
    }

    /// <summary>Waits for at most so many milliseconds (−1: for ever) and runs the actions of what is ready. False when nothing was.</summary>
    public bool Turn(int timeout)
    {
        const int most = 32;
        EpollEvent* events = stackalloc EpollEvent[most];
        int count = Libc.epoll_wait(epoll.Number, events, most, timeout);
        if (count < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if ((Errno)errno != Errno.EINTR)
            {
                throw new SyscallException("epoll_wait", errno);
            }
        }

        for (int index = 0; index < count; index++)
        {
            // An action before may have closed this one.
            if (actions.TryGetValue(events[index].Descriptor, out Action<Readiness>? action))
            {
                action((Readiness)events[index].Events);
            }
        }

        return count != 0;
    }

    public void Dispose() => epoll.Dispose();

    private void Control(int operation, int descriptor, Readiness interest)
    {
        var what = new EpollEvent { Events = (uint)interest, Descriptor = descriptor };
        Libc.Check(Libc.epoll_ctl(epoll.Number, operation, descriptor, &what), "epoll_ctl");
    }
}
