using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// Builds the container's tree in the child's own mount namespace, below the rootfs, and makes it the root. Every path of the
/// container is resolved by the kernel inside the rootfs (RESOLVE_IN_ROOT), every mount lands on a descriptor.
/// </summary>
internal sealed class RootFilesystem : IDisposable
{
    private readonly RuntimeSpec spec;
    private readonly string path;
    private readonly CgroupMounts cgroups;
    private readonly Func<int, FileDescriptor> askForSource;
    private readonly string bundle;
    private readonly List<Mount> readOnlyLater = [];
    private FileDescriptor root = null!;
    private RootedTree tree = null!;

    internal RootFilesystem(RuntimeSpec spec, string bundle, string path, CgroupMounts cgroups, Func<int, FileDescriptor> askForSource)
    {
        this.askForSource = askForSource;
        this.spec = spec;
        this.bundle = bundle;
        this.path = path;
        this.cgroups = cgroups;
    }

    internal RootedTree Tree => tree;

    /// <summary>Steps 1 to 4: everything that needs the host's tree to be in reach.</summary>
    internal void Prepare()
    {
        // 1. Nothing that is mounted from here on reaches the host, unless the spec asks for a shared tree.
        MountFlags propagation = spec.Linux?.RootfsPropagation switch
        {
            "shared" or "rshared" => MountFlags.Shared | MountFlags.Recursive,
            "private" or "rprivate" => MountFlags.Private | MountFlags.Recursive,
            "unbindable" or "runbindable" => MountFlags.Private | MountFlags.Recursive,
            _ => MountFlags.Slave | MountFlags.Recursive,
        };
        Linux.Mounts.Mount(null, "/", null, propagation);
        if (propagation.HasFlag(MountFlags.Shared))
        {
            MakeParentPrivate();
        }

        // 2. The root is a mount of its own, so that it can be pivoted into.
        using (FileDescriptor copy = Linux.Mounts.CopyTree(path, recursive: true))
        using (FileDescriptor target = Files.Open(path, OpenFlags.Path | OpenFlags.Directory))
        {
            Linux.Mounts.Attach(copy, target, path);
        }

        root = Files.Open(path, OpenFlags.Path | OpenFlags.Directory);
        tree = new RootedTree(root, path);

        // 3. The mounts of the spec, in their order.
        IReadOnlyList<Mount> mounts = spec.Mounts ?? [];
        for (int number = 0; number < mounts.Count; number++)
        {
            Mount mount = mounts[number];
            try
            {
                Place(mount with { Destination = Inside(mount.Destination) }, number);
            }
            catch (Exception error) when (error is SyscallException or ContainerException)
            {
                throw new ContainerException($"error mounting \"{mount.Source}\" to rootfs at \"{mount.Destination}\": {error.Message}", error);
            }
        }

        // 4. Devices and the links that programs expect in /dev, unless /dev is the host's.
        if (spec.Mounts?.Any(mount => mount.Destination.TrimEnd('/') == "/dev" && MountOptions.Parse(mount.Options).Bind) != true)
        {
            DeviceNodes.Make(tree, spec.Linux?.Devices ?? []);
        }
    }

    /// <summary>Step 5: the new root becomes the root.</summary>
    internal void Enter(RootEntrance entrance)
    {
        if (spec.Linux?.RootfsPropagation is "shared" or "rshared")
        {
            Linux.Mounts.Mount(null, path, null, MountFlags.Private);
        }

        switch (entrance)
        {
            case RootEntrance.Pivot:
                Linux.Mounts.PivotInto(root, path);
                break;
            case RootEntrance.Move:
                CurrentProcess.ChangeDirectory(root, path);
                MountTable.HideWholePseudoFilesystems(path);
                Linux.Mounts.Mount(path, "/", null, (MountFlags)8192);
                CurrentProcess.ChangeRootHere();
                break;
            default:
                CurrentProcess.ChangeDirectory(root, path);
                CurrentProcess.ChangeRootHere();
                break;
        }

        root.Dispose();
        root = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        tree = new RootedTree(root, "/");
        MountFlags? final = spec.Linux?.RootfsPropagation switch
        {
            "shared" or "rshared" => MountFlags.Shared,
            "unbindable" or "runbindable" => MountFlags.Unbindable,
            "slave" or "rslave" => MountFlags.Slave,
            "private" or "rprivate" => MountFlags.Private,
            _ => null,
        };
        if (final is { } flags)
        {
            Linux.Mounts.Mount(null, "/", null, flags | (spec.Linux!.RootfsPropagation!.StartsWith('r') ? MountFlags.Recursive : 0));
        }
    }

    /// <summary>Step 6: read-only paths, masked paths and the read-only root, after which nothing is made any more.</summary>
    internal void Close()
    {
        foreach (Mount mount in readOnlyLater)
        {
            using FileDescriptor there = Files.OpenInRoot(root, mount.Destination, OpenFlags.Path);
            Linux.Mounts.SetAttributes(there, MountAttributes.ReadOnly, 0, 0, recursive: false, mount.Destination);
        }

        foreach (string hidden in spec.Linux?.ReadonlyPaths ?? [])
        {
            using FileDescriptor? target = Files.FindInRoot(root, hidden, OpenFlags.Path);
            if (target is not null)
            {
                using FileDescriptor copy = Linux.Mounts.CopyTree(target, recursive: true, hidden);
                Linux.Mounts.SetAttributes(copy, MountAttributes.ReadOnly, 0, 0, recursive: true, hidden);
                Linux.Mounts.Attach(copy, target, hidden);
            }
        }

        using (var masks = new PathMasks(root))
        {
            foreach (string hidden in spec.Linux?.MaskedPaths ?? [])
            {
                masks.Cover(hidden);
            }
        }

        if (spec.Root?.Readonly == true)
        {
            using FileDescriptor self = Files.Open("/", OpenFlags.Path);
            Linux.Mounts.SetAttributes(self, MountAttributes.ReadOnly, 0, 0, recursive: false, "/");
        }
    }

    public void Dispose() => root?.Dispose();

    private void MakeParentPrivate()
    {
        // pivot_root refuses a root whose parent mount is shared.
        string? point = MountTable.PointOf(path);
        if (point is not null)
        {
            Linux.Mounts.Mount(null, point, null, MountFlags.Private);
        }
    }

    /// <summary>A destination may be given by its path on the host.</summary>
    private string Inside(string destination)
    {
        string host = path.TrimEnd('/');
        return destination == host ? "/" : host.Length > 0 && destination.StartsWith(host + "/", StringComparison.Ordinal) ? destination[host.Length..] : destination;
    }

    private void Place(Mount mount, int number)
    {
        MountOptions options = MountOptions.Parse(mount.Options);
        if (mount.Type is "cgroup" or "cgroup2")
        {
            cgroups.Place(tree, mount, options);
            return;
        }

        if (mount.Destination.TrimEnd('/').Length == 0)
        {
            throw new ContainerException("mount destination \"/\" is the root itself");
        }

        if (options.Remount)
        {
            Change(mount, options);
            return;
        }

        if (mount.Type is "proc" or "sysfs" && !options.Bind)
        {
            RefuseLink(mount);
        }

        using FileDescriptor source = options.Bind
            ? OpenSource(mount, options, number)
            : Linux.Mounts.Create(mount.Type ?? "none", mount.Source ?? mount.Type, [.. Data(mount, options), .. Label(mount)], MountOptions.Attributes(FreshFlags(mount, options)));
        if (options.Bind)
        {
            BindAttributes.Apply(source, options, mount.Destination);
        }

        SetRecursive(source, options, mount.Destination);

        if (options.CopyUp && mount.Type == "tmpfs")
        {
            using FileDescriptor covered = tree.MakeDirectory(mount.Destination);
            TreeCopy.Into(covered, source, mount.Destination);
        }

        using FileDescriptor target = Target(mount, options, source);
        if (mount.Type is "proc" or "sysfs")
        {
            RefuseLinkedPseudoFilesystem(mount, target);
        }

        ProcPlaces.Check(mount, source, target);
        Linux.Mounts.Attach(source, target, mount.Destination);
        foreach (MountFlags propagation in options.Propagation)
        {
            Linux.Mounts.SetAttributes(source, 0, 0, propagation & ~MountFlags.Recursive, propagation.HasFlag(MountFlags.Recursive), mount.Destination);
        }
    }

    /// <summary>A tmpfs, and whatever is /dev, still gets mount points and nodes: it becomes read-only when nothing more is made.</summary>
    private MountFlags FreshFlags(Mount mount, MountOptions options)
    {
        if (!options.Set.HasFlag(MountFlags.ReadOnly) || (mount.Type != "tmpfs" && mount.Destination.TrimEnd('/') != "/dev"))
        {
            return options.Set;
        }

        readOnlyLater.Add(mount);
        return options.Set & ~MountFlags.ReadOnly;
    }

    private static void SetRecursive(FileDescriptor mount, MountOptions options, string operand)
    {
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
        {
            Linux.Mounts.SetAttributes(mount, options.RecursiveSet, options.RecursiveClear, 0, recursive: true, operand);
        }
    }

    /// <summary>"remount": other attributes for a mount that an entry before has made.</summary>
    private void Change(Mount mount, MountOptions options)
    {
        if (options.Data.Count > 0 && !options.Bind)
        {
            throw new ContainerException($"mount \"{mount.Destination}\": options of the filesystem cannot be changed by remount: {string.Join(',', options.Data)}");
        }

        using FileDescriptor there = Files.OpenInRoot(root, mount.Destination, OpenFlags.Path);
        BindAttributes.Apply(there, options, mount.Destination);
        SetRecursive(there, options, mount.Destination);
    }

    private FileDescriptor OpenSource(Mount mount, MountOptions options, int number)
    {
        string source = HostSources.PathOf(mount, bundle);
        if (HostSources.IsMapped(mount))
        {
            return askForSource(number);
        }

        try
        {
            return Linux.Mounts.CopyTree(source, options.Recursive);
        }
        catch (SyscallException error) when (error.Errno == Errno.EACCES)
        {
            return askForSource(number);
        }
    }

    /// <summary>A tmpfs over a directory has that directory's permissions unless it is given others.</summary>
    private IReadOnlyList<string> Data(Mount mount, MountOptions options)
    {
        if (mount.Type != "tmpfs" || options.Data.Any(option => option.StartsWith("mode=", StringComparison.Ordinal)))
        {
            return options.Data;
        }

        using FileDescriptor? covered = Files.FindInRoot(root, mount.Destination, OpenFlags.Path | OpenFlags.Directory);
        return covered is null ? options.Data : [.. options.Data, "mode=" + Convert.ToString(Files.Status(covered, mount.Destination).Mode, 8)];
    }

    /// <summary>SELinux's label for all files of a new filesystem; those that have labels of their own take none, and without SELinux there are none to give.</summary>
    private string[] Label(Mount mount) =>
        spec.Linux?.MountLabel is { Length: > 0 } label && mount.Type is not ("proc" or "sysfs" or "mqueue") && Files.Find("/sys/fs/selinux/enforce") is not null ? ["context=" + label] : [];

    private FileDescriptor Target(Mount mount, MountOptions options, FileDescriptor source)
    {
        bool directory = !options.Bind || Files.Status(source, mount.Source!).Kind == FileKind.Directory;
        return directory ? tree.MakeDirectory(mount.Destination) : tree.MakeFile(mount.Destination);
    }

    /// <summary>The same before anything is made, for a link that leads nowhere yet.</summary>
    private void RefuseLink(Mount mount)
    {
        (FileDescriptor parent, string name) = tree.Place(mount.Destination);
        using (parent)
        {
            if (Files.ReadLink(parent, name) is not null)
            {
                throw new ContainerException($"filesystem \"{mount.Type}\" must be mounted on ordinary directory");
            }
        }
    }

    /// <summary>
    /// /proc and /sys must be where they say: labels are written through them (CVE-2019-19921, CVE-2023-27561). The folder they are in is
    /// resolved inside the root like the target itself; its last part is opened as it is.
    /// </summary>
    private void RefuseLinkedPseudoFilesystem(Mount mount, FileDescriptor target)
    {
        (FileDescriptor parent, string name) = tree.Place(mount.Destination);
        using (parent)
        {
            using FileDescriptor plain = Files.OpenAt(parent, name, OpenFlags.Path | OpenFlags.NoFollow);
            FileStatus status = Files.Status(plain, mount.Destination);
            FileStatus reached = Files.Status(target, mount.Destination);
            if (status.Kind == FileKind.SymbolicLink || status.Inode != reached.Inode || status.Filesystem != reached.Filesystem)
            {
                throw new ContainerException($"filesystem \"{mount.Type}\" must be mounted on ordinary directory");
            }
        }
    }
}
