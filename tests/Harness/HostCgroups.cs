namespace Wharf.Harness;

/// <summary>Cgroups of all mounted hierarchies.</summary>
public static class HostCgroups
{
    private static readonly EnumerationOptions Tree = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The folders of a cgroup and of all below it, in every hierarchy, parents first.</summary>
    public static IReadOnlyList<string> Below(string cgroup) =>
        [.. Hierarchies()
            .Select(root => root + cgroup)
            .Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateDirectories(root, "*", Tree).Prepend(root))
            .Order(StringComparer.Ordinal)];

    /// <summary>Makes a cgroup in the first hierarchy where it has a control file of this name, and returns that file; the caller removes its folder.</summary>
    public static string? Make(string cgroup, string control)
    {
        foreach (string folder in Hierarchies().Select(root => root + cgroup))
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(Path.Combine(folder, control)))
            {
                return Path.Combine(folder, control);
            }

            Directory.Delete(folder);
        }

        return null;
    }

    private static IEnumerable<string> Hierarchies() =>
        HostMounts.All()
            .Where(line => line.Contains(" - cgroup", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[4])
            .Distinct();
}
