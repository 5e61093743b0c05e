using System.Globalization;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>Tells when the kernel kills for want of memory: memory.oom_control on cgroup v1, memory.events on v2.</summary>
internal sealed class OomWatch : IDisposable
{
    private readonly EventLoop loop;
    private readonly FileDescriptor? events;
    private readonly string counts;
    private readonly Action told;
    private ulong known;

    private OomWatch(EventLoop loop, FileDescriptor? events, string counts, Action told)
    {
        this.loop = loop;
        this.events = events;
        this.counts = counts;
        this.told = told;
        known = Count();
        if (events is not null)
        {
            loop.Add(events, Readiness.Input, _ =>
            {
                EventDescriptor.Take(events);
                Check();
            });
        }
    }

    internal static OomWatch? Open(EventLoop loop, int pid, Action told, ShimLog log)
    {
        try
        {
            if (CgroupFolders.Of(pid, "memory") is { } v1)
            {
                FileDescriptor events = EventDescriptor.Open();
                using FileDescriptor control = Files.Open(Path.Combine(v1, "memory.oom_control"), OpenFlags.ReadOnly);
                Files.WriteText(Path.Combine(v1, "cgroup.event_control"), string.Create(CultureInfo.InvariantCulture, $"{events.Number} {control.Number}"));
                return new OomWatch(loop, events, Path.Combine(v1, "memory.oom_control"), told);
            }

            // On v2 the count is read when the process ends; between them nothing needs to be known.
            return CgroupFolders.Of(pid, string.Empty) is { } v2 && File.Exists(Path.Combine(v2, "memory.events"))
                ? new OomWatch(loop, null, Path.Combine(v2, "memory.events"), told)
                : null;
        }
        catch (Exception error) when (error is SyscallException or IOException)
        {
            log.Warning($"oom events: {error.Message}");
            return null;
        }
    }

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
        if (events is not null)
        {
            loop.Remove(events);
            events.Dispose();
        }
    }

    private ulong Count()
    {
        try
        {
            return File.ReadLines(counts)
                .Where(line => line.StartsWith("oom_kill ", StringComparison.Ordinal))
                .Select(line => ulong.Parse(line["oom_kill ".Length..], CultureInfo.InvariantCulture))
                .FirstOrDefault();
        }
        catch (IOException)
        {
            // The cgroup is gone, and with it whatever it would tell.
            return known;
        }
    }
}
