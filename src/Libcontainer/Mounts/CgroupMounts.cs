using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// A mount of type cgroup: on a pure v2 host the one tree; else a tmpfs with one mount for each v1 controller. With a cgroup
/// namespace each shows the container's cgroup as its root; without one the container's folder is bound, or, for a rootless container
/// that has none, the host's, read-only: it may be its user's, with that user's other programs in it (CVE-2023-25809).
/// </summary>
internal sealed class CgroupMounts(IReadOnlyList<CgroupMounts.Hierarchy> hierarchies, bool ownNamespace)
{
    internal sealed record Hierarchy(string MountPoint, string Options, string? ContainerFolder, bool Unified);

    internal void Place(RootedTree tree, Mount mount, MountOptions options)
    {
        Hierarchy? unified = hierarchies.FirstOrDefault(one => one.Unified);
        bool onlyUnified = unified is not null && hierarchies.Count == 1;
        if (onlyUnified || mount.Type == "cgroup2")
        {
            using FileDescriptor target = tree.MakeDirectory(mount.Destination);
            Attach(unified ?? throw new ContainerException("mount of type cgroup2: this host has no unified hierarchy"), target, mount.Destination, options);
            return;
        }

        using FileDescriptor place = tree.MakeDirectory(mount.Destination);

        // What is in it is made through its own descriptor, so that no path is resolved.
        using FileDescriptor tmpfs = Linux.Mounts.Create("tmpfs", "tmpfs", ["mode=755"], MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec);
        Linux.Mounts.Attach(tmpfs, place, mount.Destination);
        foreach (Hierarchy hierarchy in hierarchies.Where(one => !one.Unified))
        {
            string name = Path.GetFileName(hierarchy.MountPoint);
            Files.MakeDirectory(tmpfs, name, 0x1ed);
            using FileDescriptor target = Files.OpenAt(tmpfs, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
            Attach(hierarchy, target, $"{mount.Destination}/{name}", options);
            LinkControllers(tmpfs, name, hierarchy.Options);
        }

        if (options.Set.HasFlag(MountFlags.ReadOnly))
        {
            Linux.Mounts.SetAttributes(tmpfs, MountAttributes.ReadOnly, 0, 0, recursive: false, mount.Destination);
        }
    }

    /// <summary>Where a mount of type cgroup shows folders of the host, and which; none where each is a filesystem of the container's own.</summary>
    internal IEnumerable<(string Destination, string Folder)> Binds(Mount mount)
    {
        if (ownNamespace)
        {
            return [];
        }

        Hierarchy? unified = hierarchies.FirstOrDefault(one => one.Unified);
        return mount.Type == "cgroup2" || (unified is not null && hierarchies.Count == 1)
            ? unified is null ? [] : [(mount.Destination, unified.ContainerFolder ?? unified.MountPoint)]
            : hierarchies.Where(one => !one.Unified).Select(one => ($"{mount.Destination.TrimEnd('/')}/{Path.GetFileName(one.MountPoint)}", one.ContainerFolder ?? one.MountPoint));
    }

    private void Attach(Hierarchy hierarchy, FileDescriptor target, string operand, MountOptions options)
    {
        MountAttributes attributes = MountOptions.Attributes(options.Set) | MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec;
        if (ownNamespace)
        {
            using FileDescriptor fresh = Linux.Mounts.Create(
                hierarchy.Unified ? "cgroup2" : "cgroup",
                "cgroup",
                hierarchy.Unified ? [] : hierarchy.Options.Split(',', StringSplitOptions.RemoveEmptyEntries),
                attributes & ~MountAttributes.AtimeMask);
            Linux.Mounts.Attach(fresh, target, operand);
            return;
        }

        attributes |= hierarchy.ContainerFolder is null ? MountAttributes.ReadOnly : 0;
        using FileDescriptor copy = Linux.Mounts.CopyTree(hierarchy.ContainerFolder ?? hierarchy.MountPoint, recursive: false);
        Linux.Mounts.SetAttributes(copy, attributes & ~MountAttributes.AtimeMask, 0, 0, recursive: false, operand);
        Linux.Mounts.Attach(copy, target, operand);
    }

    /// <summary>"cpu,cpuacct" is also found as "cpu" and as "cpuacct".</summary>
    private static void LinkControllers(FileDescriptor tmpfs, string name, string options)
    {
        foreach (string controller in options.Split(',').Where(one => one.Length > 0 && one != name && !one.Contains('=', StringComparison.Ordinal)))
        {
            try
            {
                Files.MakeLink(tmpfs, controller, name);
            }
            catch (SyscallException error) when (error.Errno == Errno.EEXIST)
            {
                // A hierarchy of that name is there itself.
            }
        }
    }
}
