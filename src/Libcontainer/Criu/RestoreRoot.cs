using Wharf.Libcontainer.Mounts;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// The root that criu restores into: a mount of its own, whose parent nothing covers. It is made in a mount namespace of criu's own, so
/// that the host sees none of it and nothing is left when criu is killed.
/// </summary>
internal sealed class RestoreRoot(RuntimeSpec spec, string bundle, string rootfs, string place)
{
    internal static void Isolate() => Linux.Mounts.Mount(null, "/", null, MountFlags.Slave | MountFlags.Recursive);

    /// <summary>
    /// Makes the mount points that are missing, as create does. Binds are in place meanwhile, because a later mount point may lie in one
    /// of them; what lies on a tmpfs, or below a cgroup mount, comes from the image.
    /// </summary>
    internal void MakeMountPoints()
    {
        Attach();
        using FileDescriptor root = Files.Open(place, OpenFlags.Path | OpenFlags.Directory);
        var tree = new RootedTree(root, rootfs);
        foreach (Mount mount in spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (mount.Type is "cgroup" or "cgroup2" || options.Remount || IsOnTmpfs(mount.Destination))
            {
                continue;
            }

            try
            {
                Make(tree, mount, options.Bind);
            }
            catch (SyscallException error)
            {
                throw new ContainerException($"create criu restore mountpoint for {mount.Destination} mount: {error.Message}", error);
            }
        }
    }

    /// <summary>A fresh root without those binds.</summary>
    internal void Renew()
    {
        Linux.Mounts.Unmount(place, detach: true);
        Attach();
    }

    private void Make(RootedTree tree, Mount mount, bool bind)
    {
        if (!bind)
        {
            tree.MakeDirectory(mount.Destination).Dispose();
            return;
        }

        string source = HostSources.PathOf(mount, bundle);
        using FileDescriptor copy = Linux.Mounts.CopyTree(source, recursive: true);
        using FileDescriptor target = Files.Status(copy, source).Kind == FileKind.Directory ? tree.MakeDirectory(mount.Destination) : tree.MakeFile(mount.Destination);
        if (IsRoot(tree, target))
        {
            throw ExternalMount.OverRoot(mount.Destination);
        }

        Linux.Mounts.Attach(copy, target, mount.Destination);
    }

    private static bool IsRoot(RootedTree tree, FileDescriptor target)
    {
        FileStatus root = Files.Status(tree.Root, "/");
        FileStatus status = Files.Status(target, "mount point");
        return root.MountId == status.MountId && root.Inode == status.Inode;
    }

    private void Attach()
    {
        using FileDescriptor copy = Linux.Mounts.CopyTree(rootfs, recursive: true);
        using FileDescriptor target = Files.Open(place, OpenFlags.Path | OpenFlags.Directory);
        Linux.Mounts.Attach(copy, target, place);
    }

    private bool IsOnTmpfs(string destination) =>
        spec.Mounts!.Any(mount => mount.Type == "tmpfs" && destination.StartsWith(mount.Destination.TrimEnd('/') + "/", StringComparison.Ordinal));
}
