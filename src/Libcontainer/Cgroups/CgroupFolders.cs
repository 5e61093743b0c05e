using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Makes the folders of a cgroup from the mount point down, each ready to take processes and limits.</summary>
internal static class CgroupFolders
{
    internal static void Make(CgroupHierarchy hierarchy, string folder, bool enableControllers)
    {
        string[] parts = folder[hierarchy.MountPoint.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        string path = hierarchy.MountPoint;
        foreach (string part in parts)
        {
            if (hierarchy.Unified && enableControllers)
            {
                EnableControllers(path);
            }

            string parent = path;
            path = Path.Combine(path, part);

            // What is there is another container's parent, or was made before.
            Files.TryMakeDirectory(path, 0x1ed);

            if (hierarchy.Controllers.Contains("cpuset"))
            {
                // A cpuset takes no process until it has processors and memory nodes.
                Inherit(parent, path, "cpuset.cpus");
                Inherit(parent, path, "cpuset.mems");
            }
        }
    }

    private static void Inherit(string parent, string path, string file)
    {
        if (string.IsNullOrWhiteSpace(File.ReadAllText(Path.Combine(path, file))))
        {
            Files.WriteText(Path.Combine(path, file), File.ReadAllText(Path.Combine(parent, file)).Trim());
        }
    }

    private static void EnableControllers(string path)
    {
        string control = Path.Combine(path, "cgroup.subtree_control");
        HashSet<string> enabled = [.. File.ReadAllText(control).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        foreach (string controller in File.ReadAllText(Path.Combine(path, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(one => !enabled.Contains(one)))
        {
            try
            {
                Files.WriteText(control, "+" + controller);
            }
            catch (SyscallException error) when (error.Errno is Errno.EBUSY or Errno.EINVAL or Errno.ENOENT or Errno.EOPNOTSUPP or Errno.EACCES or Errno.EPERM or Errno.EROFS)
            {
                // A parent with processes of its own, a threaded one, or another user's: a limit that needs the controller will say so.
            }
        }
    }
}
