using Wharf.Linux;

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

    /// <summary>
    /// Takes the host's whole proc and sysfs away from this mount namespace. The kernel allows a new one only where a whole one is
    /// in reach, and without a pivot the host's would be: what is masked in the container's could be mounted anew.
    /// </summary>
    internal static void HideWholePseudoFilesystems(string rootfs)
    {
        foreach (string[] fields in File.ReadAllLines("/proc/self/mountinfo").Select(line => line.Split(' ')))
        {
            string point = Unescape(fields[4]);
            string type = fields[Array.IndexOf(fields, "-") + 1];
            if (fields[3] == "/" && type is "proc" or "sysfs" && point != rootfs && !point.StartsWith(rootfs.TrimEnd('/') + "/", StringComparison.Ordinal))
            {
                Hide(point);
            }
        }
    }

    private static void Hide(string point)
    {
        try
        {
            // So that the host keeps its own.
            Linux.Mounts.Mount(null, point, null, MountFlags.Slave | MountFlags.Recursive);
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.EINVAL)
        {
            // Gone with what it was mounted on.
            return;
        }

        try
        {
            Linux.Mounts.Unmount(point, detach: true);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM)
        {
            // Locked by a user namespace: covered.
            Linux.Mounts.Mount("tmpfs", point, "tmpfs", MountFlags.None);
        }
    }

    internal static string Unescape(string field) =>
        field.Contains('\\', StringComparison.Ordinal)
            ? field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal)
            : field;
}
