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
    private readonly MappedSources mapped;
    private readonly bool strict;
    private FileDescriptor root = null!;
    private RootedTree tree = null!;

    internal RootFilesystem(RuntimeSpec spec, string path, CgroupMounts cgroups, MappedSources mapped, bool strict)
    {
        this.mapped = mapped;
        this.strict = strict;
        this.spec = spec;
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
        foreach (Mount mount in spec.Mounts ?? [])
        {
            try
            {
                Place(mount);
            }
            catch (SyscallException error)
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
    internal void Enter(bool pivot)
    {
        if (spec.Linux?.RootfsPropagation is "shared" or "rshared")
        {
            Linux.Mounts.Mount(null, path, null, MountFlags.Private);
        }

        if (pivot)
        {
            Linux.Mounts.PivotInto(root, path);
        }
        else
        {
            CurrentProcess.ChangeDirectory(root, path);
            Linux.Mounts.Mount(path, "/", null, (MountFlags)8192);
            CurrentProcess.ChangeRootHere();
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

        foreach (string hidden in spec.Linux?.MaskedPaths ?? [])
        {
            using FileDescriptor? target = Files.FindInRoot(root, hidden, OpenFlags.Path);
            if (target is not null)
            {
                Mask(target, hidden);
            }
        }

        if (spec.Root?.Readonly == true)
        {
            using FileDescriptor self = Files.Open("/", OpenFlags.Path);
            Linux.Mounts.SetAttributes(self, MountAttributes.ReadOnly, 0, 0, recursive: false, "/");
        }
    }

    public void Dispose() => root?.Dispose();

    private static void Mask(FileDescriptor target, string operand)
    {
        if (Files.Status(target, operand).Kind == FileKind.Directory)
        {
            using FileDescriptor empty = Linux.Mounts.Create("tmpfs", "tmpfs", ["size=0", "nr_inodes=2"], MountAttributes.ReadOnly);
            Linux.Mounts.Attach(empty, target, operand);
            return;
        }

        // The container's own /dev/null may be anything: what is bound is checked to be the null device (CVE-2025-31133).
        using FileDescriptor nothing = Files.Open("/dev/null", OpenFlags.Path | OpenFlags.NoFollow);
        FileStatus status = Files.Status(nothing, "/dev/null");
        if (status is not { Kind: FileKind.CharacterDevice, DeviceMajor: 1, DeviceMinor: 3 })
        {
            throw new ContainerException($"mask \"{operand}\": \"/dev/null\" is not the null device");
        }

        using FileDescriptor copy = Linux.Mounts.CopyTree(nothing, recursive: false, "/dev/null");
        Linux.Mounts.Attach(copy, target, operand);
    }

    private void MakeParentPrivate()
    {
        // pivot_root refuses a root whose parent mount is shared.
        string? point = MountTable.PointOf(path);
        if (point is not null)
        {
            Linux.Mounts.Mount(null, point, null, MountFlags.Private);
        }
    }

    private void Place(Mount mount)
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

        using FileDescriptor source = options.Bind
            ? OpenSource(mount, options)
            : Linux.Mounts.Create(mount.Type ?? "none", mount.Source ?? mount.Type, Data(mount, options), FreshAttributes(options));
        if (options.Bind && (options.Set | options.Clear) != 0)
        {
            SetAttributes(source, options.Set, options.Clear, recursive: false, mount.Destination);
        }

        if ((options.RecursiveSet | options.RecursiveClear) != 0)
        {
            SetAttributes(source, options.RecursiveSet, options.RecursiveClear, recursive: true, mount.Destination);
        }

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
            using FileDescriptor attached = Files.OpenInRoot(root, mount.Destination, OpenFlags.Path);
            Linux.Mounts.SetAttributes(attached, 0, 0, propagation & ~MountFlags.Recursive, propagation.HasFlag(MountFlags.Recursive), mount.Destination);
        }
    }

    private static MountAttributes FreshAttributes(MountOptions options) => options.Set & ~options.Clear | (options.Set & MountAttributes.AtimeMask);

    /// <summary>
    /// In a user namespace the kernel locks what the host has set. A way to keep access times that is locked is not worth a failure,
    /// unless the caller wants one.
    /// </summary>
    private void SetAttributes(FileDescriptor mount, MountAttributes set, MountAttributes clear, bool recursive, string operand)
    {
        const MountAttributes times = MountAttributes.AtimeMask | MountAttributes.NoDirAtime;
        try
        {
            Linux.Mounts.SetAttributes(mount, set, clear, 0, recursive, operand);
        }
        catch (SyscallException error) when (error.Errno == Errno.EPERM && !strict && ((set | clear) & times) != 0)
        {
            if (((set | clear) & ~times) != 0)
            {
                Linux.Mounts.SetAttributes(mount, set & ~times, clear & ~times, 0, recursive, operand);
            }
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
        SetAttributes(there, options.Set, options.Clear, recursive: false, mount.Destination);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
        {
            SetAttributes(there, options.RecursiveSet, options.RecursiveClear, recursive: true, mount.Destination);
        }
    }

    private FileDescriptor OpenSource(Mount mount, MountOptions options)
    {
        string source = mount.Source ?? throw new ContainerException($"bind mount \"{mount.Destination}\" has no source");
        return mapped.Find(mount) is { } prepared ? Files.DuplicateCloseOnExec(prepared) : Linux.Mounts.CopyTree(source, options.Recursive);
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

    private FileDescriptor Target(Mount mount, MountOptions options, FileDescriptor source)
    {
        bool directory = !options.Bind || Files.Status(source, mount.Source!).Kind == FileKind.Directory;
        return directory ? tree.MakeDirectory(mount.Destination) : tree.MakeFile(mount.Destination);
    }

    /// <summary>/proc and /sys must be where they say: labels are written through them (CVE-2019-19921, CVE-2023-27561).</summary>
    private void RefuseLinkedPseudoFilesystem(Mount mount, FileDescriptor target)
    {
        using FileDescriptor plain = Files.OpenAt(root, mount.Destination.Trim('/'), OpenFlags.Path | OpenFlags.NoFollow);
        FileStatus status = Files.Status(plain, mount.Destination);
        if (status.Kind == FileKind.SymbolicLink || status.Inode != Files.Status(target, mount.Destination).Inode)
        {
            throw new ContainerException($"filesystem \"{mount.Type}\" must be mounted on ordinary directory");
        }
    }
}
