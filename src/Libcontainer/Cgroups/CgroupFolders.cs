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
            CgroupFiles.TryMakeDirectory(path, 0x1ed);
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
        if (CgroupFiles.TryMakeDirectory(folder, 0x1ed) == Errno.ENOENT)
        {
            MakeFromLast(hierarchy, parent);
            CgroupFiles.TryMakeDirectory(folder, 0x1ed);
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
            CgroupFiles.WriteText($"{folder}/{file}", ReadSet(parent, file));
        }
    }

    private static string ReadSet(string folder, string file) => Text($"{folder}/{file}").Trim();

    private static string[] Words(string path) => Text(path).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static string Text(string path) => CgroupFiles.TryReadText(path) ?? throw new ContainerException($"\"{path}\": no such file or directory");

    private static void EnableControllers(string path)
    {
        string control = Path.Combine(path, "cgroup.subtree_control");
        HashSet<string> enabled = [.. Words(control)];
        foreach (string controller in Words(Path.Combine(path, "cgroup.controllers")).Where(one => !enabled.Contains(one)))
        {
            try
            {
                CgroupFiles.WriteText(control, "+" + controller);
            }
            catch (SyscallException error) when (error.Errno is Errno.EBUSY or Errno.EINVAL or Errno.ENOENT or Errno.EOPNOTSUPP or Errno.EACCES or Errno.EPERM or Errno.EROFS)
            {
                // A parent with processes of its own, a threaded one, or another user's: a limit that needs the controller will say so.
            }
        }
    }
}
