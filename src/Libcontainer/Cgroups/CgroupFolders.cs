using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Makes the folders of a cgroup, each ready to take processes and limits.</summary>
internal static class CgroupFolders
{
    internal static void Make(CgroupHierarchy hierarchy, string folder, bool enableControllers)
    {
        if (!hierarchy.Unified || !enableControllers)
        {
            MakeFromLast(hierarchy, folder);
            return;
        }

        string path = hierarchy.MountPoint;
        foreach (string part in folder[hierarchy.MountPoint.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            EnableControllers(path);
            path = Path.Combine(path, part);

            // What is there is another container's parent, or was made before.
            Files.TryMakeDirectory(path, 0x1ed);
        }
    }

    /// <summary>From the last folder up, because most often only this one is missing.</summary>
    private static void MakeFromLast(CgroupHierarchy hierarchy, string folder)
    {
        if (folder.TrimEnd('/').Length <= hierarchy.MountPoint.Length)
        {
            return;
        }

        string parent = folder[..folder.LastIndexOf('/')];
        if (Files.TryMakeDirectory(folder, 0x1ed) == Errno.ENOENT)
        {
            MakeFromLast(hierarchy, parent);
            Files.TryMakeDirectory(folder, 0x1ed);
        }

        if (hierarchy.Controllers.Contains("cpuset"))
        {
            // A cpuset takes no process until it has processors and memory nodes.
            Inherit(hierarchy, parent, folder, "cpuset.cpus");
            Inherit(hierarchy, parent, folder, "cpuset.mems");
        }
    }

    private static void Inherit(CgroupHierarchy hierarchy, string parent, string folder, string file)
    {
        if (folder.Length > hierarchy.MountPoint.Length && ReadSet(folder, file).Length == 0)
        {
            Inherit(hierarchy, parent[..parent.LastIndexOf('/')], parent, file);
            Files.WriteText($"{folder}/{file}", ReadSet(parent, file));
        }
    }

    private static string ReadSet(string folder, string file) =>
        Files.TryReadText($"{folder}/{file}")?.Trim() ?? throw new ContainerException($"\"{folder}/{file}\": no such file or directory");

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
