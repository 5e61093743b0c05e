using System.Globalization;
using Wharf.Libcontainer.Cgroups;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Resctrl;

/// <summary>
/// A container's class of service in the resctrl filesystem, and its group for monitoring there: config-linux.md, "IntelRdt", and the
/// kernel's Documentation/filesystems/resctrl.rst. A group that the spec names stays; one that is named for the container goes with it.
/// </summary>
internal sealed class ResctrlGroup
{
    private readonly IntelRdt settings;
    private readonly string folder;
    private readonly bool own;
    private readonly string? monitoring;

    internal ResctrlGroup(IntelRdt settings, string id, string root)
    {
        this.settings = settings;
        own = settings.ClosID is null or "";

        // "/" is the group that everything is in at first.
        folder = own ? Path.Combine(root, id) : settings.ClosID == "/" ? root : Path.Combine(root, settings.ClosID!);
        monitoring = settings.EnableMonitoring == true ? Path.Combine(folder, "mon_groups", id) : null;
    }

    private IEnumerable<string> Lines =>
        [.. settings.L3CacheSchema is { Length: > 0 } cache ? new[] { cache } : [], .. settings.MemBwSchema is { Length: > 0 } bandwidth ? new[] { bandwidth } : [], .. settings.Schemata ?? []];

    /// <summary>Null for a spec without one.</summary>
    internal static ResctrlGroup? Of(LinuxPlatform? linux, string id) =>
        linux?.IntelRdt is { } settings ? new ResctrlGroup(settings, id, ResctrlMount.Find() ?? throw new ContainerException("intelRdt is set, but resctrl is not mounted on this host")) : null;

    /// <summary>Makes what is missing. A group that was there and stays must allow what the spec says already.</summary>
    internal void Create()
    {
        string[] lines = [.. Lines.SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        bool there = Directory.Exists(folder);
        if (!there && !own && lines.Length == 0)
        {
            throw new ContainerException($"linux.intelRdt.closID \"{settings.ClosID}\": no such group, and no schemata to make it of");
        }

        if (!there)
        {
            Files.MakeDirectory(null, folder, 0x1ed);
        }

        if (there && !own)
        {
            RequireSame(lines);
        }
        else
        {
            foreach (string line in lines)
            {
                ControlFile.Write(folder, "schemata", line + "\n");
            }
        }

        if (monitoring is not null)
        {
            Files.TryMakeDirectory(monitoring, 0x1ed);
        }
    }

    /// <summary>The process, and all that it forks.</summary>
    internal void Join(int process)
    {
        string id = process.ToString(CultureInfo.InvariantCulture);
        ControlFile.Write(folder, "tasks", id);
        if (monitoring is not null)
        {
            ControlFile.Write(monitoring, "tasks", id);
        }
    }

    internal void Remove()
    {
        foreach (string group in new[] { monitoring, own ? folder : null }.OfType<string>())
        {
            if (Files.TryRemoveDirectory(group) is { } errno)
            {
                throw new SyscallException("rmdir", (int)errno, group);
            }
        }
    }

    private void RequireSame(string[] lines)
    {
        HashSet<string> kept = [.. File.ReadLines(Path.Combine(folder, "schemata")).Select(line => line.Replace(" ", string.Empty, StringComparison.Ordinal))];
        if (lines.FirstOrDefault(line => !kept.Contains(line.Replace(" ", string.Empty, StringComparison.Ordinal))) is { } other)
        {
            throw new ContainerException($"linux.intelRdt.closID \"{settings.ClosID}\": the group is there with other schemata than \"{other}\": {string.Join(", ", kept)}");
        }
    }
}
