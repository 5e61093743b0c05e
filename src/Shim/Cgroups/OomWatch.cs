using System.Globalization;
using Wharf.Linux;

namespace Wharf.Shim.Cgroups;

/// <summary>Tells when the kernel kills for want of memory: memory.oom_control by an eventfd on cgroup v1, memory.events by inotify on v2.</summary>
internal sealed class OomWatch : IDisposable
{
    private readonly EventLoop loop;
    private readonly FileDescriptor events;
    private readonly string folder;
    private readonly string counts;
    private readonly Action told;
    private ulong known;

    private OomWatch(EventLoop loop, FileDescriptor events, string folder, string counts, Action<FileDescriptor> take, Action told)
    {
        this.loop = loop;
        this.events = events;
        this.folder = folder;
        this.counts = counts;
        this.told = told;
        known = Count();
        loop.Add(events, Readiness.Input, _ =>
        {
            take(events);
            Check();
        });
    }

    internal static OomWatch? Open(EventLoop loop, ContainerCgroup cgroup, Action told, ShimLog log)
    {
        try
        {
            if (cgroup.Folder("memory") is { } v1)
            {
                FileDescriptor events = EventDescriptor.Open();
                using FileDescriptor control = Files.Open(Path.Combine(v1, "memory.oom_control"), OpenFlags.ReadOnly);
                Files.WriteText(Path.Combine(v1, "cgroup.event_control"), string.Create(CultureInfo.InvariantCulture, $"{events.Number} {control.Number}"));
                return new OomWatch(loop, events, v1, "memory.oom_control", descriptor => EventDescriptor.Take(descriptor), told);
            }

            return cgroup.Folder("") is { } v2 && ControlFile.Exists(v2, "memory.events")
                ? new OomWatch(loop, FileWatch.Open(Path.Combine(v2, "memory.events")), v2, "memory.events", FileWatch.Take, told)
                : null;
        }
        catch (Exception error) when (error is SyscallException or IOException)
        {
            log.Warning($"oom events: {error.Message}");
            return null;
        }
    }

    /// <summary>Tells of what has happened since it was told last, once for each kill that was seen.</summary>
    internal void Check()
    {
        ulong now = Count();
        if (now > known)
        {
            known = now;
            told();
        }
    }

    public void Dispose()
    {
        loop.Remove(events);
        events.Dispose();
    }

    private ulong Count() => ControlFile.Pairs(folder, counts).GetValueOrDefault("oom_kill", known);
}
