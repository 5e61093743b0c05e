using System.Globalization;
using Wharf.Libcontainer.Statistics;
using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>Tells when the kernel had no memory left for a cgroup: an eventfd on v1, a change of memory.events on v2.</summary>
internal sealed class OutOfMemoryWatch : IDisposable
{
    private readonly string folder;
    private readonly bool unified;
    private ulong seen;

    private OutOfMemoryWatch(string folder, bool unified, FileDescriptor descriptor)
    {
        this.folder = folder;
        this.unified = unified;
        Descriptor = descriptor;
        seen = unified ? Kills() ?? 0 : 0;
    }

    /// <summary>Readable on v1; on v2 it has an exceptional condition: <see cref="Poll.Changed"/> waits for either.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>The cgroup is gone, and nothing more comes; as of the last <see cref="Take"/>.</summary>
    public bool Ended { get; private set; }

    internal static OutOfMemoryWatch Unified(string folder) =>
        new(folder, unified: true, Files.Open(Path.Combine(folder, "memory.events"), OpenFlags.ReadOnly));

    internal static OutOfMemoryWatch Old(string folder)
    {
        FileDescriptor events = EventDescriptor.Open();
        try
        {
            using FileDescriptor control = Files.Open(Path.Combine(folder, "memory.oom_control"), OpenFlags.ReadOnly);
            Files.WriteText(Path.Combine(folder, "cgroup.event_control"), string.Create(CultureInfo.InvariantCulture, $"{events.Number} {control.Number}"));
            return new OutOfMemoryWatch(folder, unified: false, events);
        }
        catch
        {
            events.Dispose();
            throw;
        }
    }

    /// <summary>Whether memory has run out since the last call, be the descriptor ready or not.</summary>
    /// <remarks>
    /// To be called once more when the container has ended: v2 tells of a change at most every 10 ms, so the change that says that the
    /// limit is reached, with no process killed yet, holds back the one that counts the kill, and the process may be gone before that.
    /// On v1 the removal of the cgroup counts too, and is told apart here: it counts once.
    /// </remarks>
    public bool Take()
    {
        if (!unified)
        {
            ulong count = EventDescriptor.Take(Descriptor);
            Ended = count > 0 && !Directory.Exists(folder);
            return count > (Ended ? 1u : 0u);
        }

        ulong? kills = Kills();
        Ended = kills is null;
        bool more = kills > seen;
        seen = kills ?? seen;
        return more;
    }

    public void Dispose() => Descriptor.Dispose();

    /// <summary>Read through the watched descriptor, which makes the kernel report the next change; null when the cgroup is gone.</summary>
    private ulong? Kills()
    {
        Span<byte> buffer = stackalloc byte[512];
        int count;
        try
        {
            count = FileRange.Read(Descriptor, buffer, 0, "memory.events");
        }
        catch (SyscallException gone) when (gone.Errno == Errno.ENODEV)
        {
            return null;
        }

        foreach (string line in System.Text.Encoding.ASCII.GetString(buffer[..count]).Split('\n'))
        {
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
            {
                return ulong.Parse(line.AsSpan(9), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
