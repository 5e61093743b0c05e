namespace Wharf.Libcontainer.Mounts;

/// <summary>/proc/self/mountinfo, as far as it is needed.</summary>
internal static class MountTable
{
    /// <summary>The mount point that a path lies on.</summary>
    internal static string? PointOf(string path)
    {
        string? longest = null;
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            string point = Unescape(line.Split(' ')[4]);
            if ((path == point || path.StartsWith(point.TrimEnd('/') + "/", StringComparison.Ordinal)) && point.Length >= (longest?.Length ?? 0))
            {
                longest = point;
            }
        }

        return longest;
    }

    internal static string Unescape(string field) =>
        field.Contains('\\', StringComparison.Ordinal)
            ? field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal)
            : field;
}
