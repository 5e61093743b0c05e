using Wharf.Libcontainer.Mounts;
using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>A mounted cgroup hierarchy of the host: where, which controllers (none: unified), and where this process is in it.</summary>
internal sealed record CgroupHierarchy(string MountPoint, string Root, IReadOnlyList<string> Controllers, string Options, bool Unified, string Own)
{
    private static readonly string[] NotControllers = ["rw", "ro", "xattr", "clone_children", "release_agent", "noprefix"];

    /// <summary>All hierarchies, v1 by controller and the unified one.</summary>
    internal static IReadOnlyList<CgroupHierarchy> Read()
    {
        string[][] own = [.. Lines("/proc/self/cgroup").Select(line => line.Split(':', 3))];
        return InUsualPlaces(own) ?? InMountTable(own);
    }

    /// <summary>
    /// Below /sys/fs/cgroup, by name, when each is there with its own root: then the host's mounts need not be read, whose number grows
    /// with its containers. Null when one is elsewhere.
    /// </summary>
    private static List<CgroupHierarchy>? InUsualPlaces(string[][] own)
    {
        const string mountPoint = "/sys/fs/cgroup";
        if (IsUnifiedRoot(mountPoint))
        {
            return own is [["0", "", var path]] ? [new CgroupHierarchy(mountPoint, "/", [], string.Empty, true, path)] : null;
        }

        var found = new List<CgroupHierarchy>();
        foreach (string[] line in own)
        {
            if (line[1].Length == 0)
            {
                // Always listed, mounted or not.
                if (IsUnifiedRoot(mountPoint + "/unified"))
                {
                    found.Add(new CgroupHierarchy(mountPoint + "/unified", "/", [], string.Empty, true, line[2]));
                }

                continue;
            }

            string[] controllers = [.. line[1].Split(',').Select(Controller)];
            string place = $"{mountPoint}/{string.Join(',', controllers)}";

            // A file that v1 has in its root alone.
            if (CgroupFiles.Find(place + "/cgroup.sane_behavior") is null)
            {
                return null;
            }

            found.Add(new CgroupHierarchy(place, "/", controllers, line[1], false, line[2]));
        }

        return found.Count == 0 ? null : found;
    }

    private static bool IsUnifiedRoot(string place)
    {
        const ulong rootInode = 1;
        return CgroupFiles.Find(place + "/cgroup.controllers") is not null && CgroupFiles.Find(place) is { Inode: rootInode };
    }

    private static List<CgroupHierarchy> InMountTable(string[][] own)
    {
        var found = new List<CgroupHierarchy>();
        foreach (string line in Lines("/proc/self/mountinfo"))
        {
            int separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
            if (separator < 0)
            {
                continue;
            }

            string[] fields = line[..separator].Split(' ');
            string[] tail = line[(separator + 3)..].Split(' ');
            string point = MountTable.Unescape(fields[4]);
            bool unified = tail[0] == "cgroup2";
            string[] options = [.. tail[2].Split(',').Where(option => !NotControllers.Contains(option.Split('=')[0]))];
            string key = unified ? string.Empty : string.Join(',', options);
            if (found.Any(one => one.Unified == unified && one.Options == key))
            {
                continue;
            }

            string ownPath = own.FirstOrDefault(line => SameControllers(line[1], key))?[2] ?? "/";
            found.Add(new CgroupHierarchy(point, MountTable.Unescape(fields[3]), unified ? [] : [.. options.Select(Controller)], key, unified, ownPath));
        }

        return found;
    }

    private static string Controller(string option) => option.StartsWith("name=", StringComparison.Ordinal) ? option[5..] : option;

    /// <summary>
    /// The folder of a cgroup: absolute ones below the mount, relative ones below this process's own, or beside it: on v2 a cgroup
    /// that has processes gives no controllers to those below.
    /// </summary>
    internal string Folder(string path, bool besideOwn = false)
    {
        string parent = besideOwn ? Own[..Math.Max(Own.LastIndexOf('/'), 0)] : Own.TrimEnd('/');
        string full = path.StartsWith('/') ? path : $"{parent}/{path}";
        string inside = Root != "/" && full.StartsWith(Root, StringComparison.Ordinal) ? full[Root.Length..] : full;
        return MountPoint + "/" + inside.Trim('/');
    }

    private static string[] Lines(string path) =>
        Files.TryReadText(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? throw new ContainerException($"\"{path}\" is missing: /proc is not mounted");

    private static bool SameControllers(string left, string right) =>
        left.Split(',').Order(StringComparer.Ordinal).SequenceEqual(right.Split(',').Order(StringComparer.Ordinal));
}
