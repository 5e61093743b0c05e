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
        var own = new Dictionary<string, string>();
        foreach (string line in Lines("/proc/self/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            own[parts[1]] = parts[2];
        }

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

            string ownPath = own.FirstOrDefault(pair => SameControllers(pair.Key, key)).Value ?? "/";
            found.Add(new CgroupHierarchy(point, MountTable.Unescape(fields[3]), unified ? [] : [.. options.Select(option => option.StartsWith("name=", StringComparison.Ordinal) ? option[5..] : option)], key, unified, ownPath));
        }

        return found;
    }

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
