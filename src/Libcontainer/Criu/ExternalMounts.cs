using Wharf.Libcontainer.Mounts;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>The external mounts of a container, from its spec: the same places for a checkpoint and for its restore.</summary>
internal static class ExternalMounts
{
    internal const string NullDevice = "/dev/null";

    /// <summary>Binds, the bound folders of cgroups, and devices. Places are resolved below the given root as the container sees them.</summary>
    internal static IReadOnlyList<ExternalMount> Of(RuntimeSpec spec, string bundle, CgroupMounts cgroups, FileDescriptor root)
    {
        var found = new List<ExternalMount>();
        foreach (Mount mount in spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (mount.Type is "cgroup" or "cgroup2")
            {
                found.AddRange(cgroups.Binds(mount).Select(bind => ExternalMount.Of(bind.Destination, bind.Folder)));
            }
            else if (options.Bind && !options.Remount)
            {
                // Flags of mount(2) and attributes of mount_setattr(2) are the same bits here.
                const MountFlags kept = MountFlags.ReadOnly | MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec;
                MountFlags restrictions = ((options.Set & ~options.Cleared) | (MountFlags)(options.RecursiveSet & ~options.RecursiveClear)) & kept;
                found.Add(ExternalMount.Of(PlaceOf(root, mount.Destination), SourceOf(mount, bundle), restrictions));
            }
        }

        foreach (string device in DeviceNodes.Paths(spec.Linux?.Devices ?? []))
        {
            found.Add(ExternalMount.Of(device, device));
        }

        return found;
    }

    /// <summary>Files that the container sees as the null device. Masked folders are filesystems of their own.</summary>
    internal static IEnumerable<ExternalMount> Masked(RuntimeSpec spec, FileDescriptor root)
    {
        foreach (string path in spec.Linux?.MaskedPaths ?? [])
        {
            using FileDescriptor? target = Files.FindInRoot(root, path, OpenFlags.Path);
            if (target is not null && Files.Status(target, path).Kind != FileKind.Directory)
            {
                yield return ExternalMount.Of(PlaceOf(root, path), NullDevice);
            }
        }
    }

    /// <summary>Where a path leads below a root, as far as it is there.</summary>
    internal static string PlaceOf(FileDescriptor root, string path)
    {
        string full = Path.GetFullPath("/" + path);
        if (full == "/")
        {
            return full;
        }

        using FileDescriptor? found = Files.FindInRoot(root, full, OpenFlags.Path);
        if (found is null)
        {
            return PlaceOf(root, Path.GetDirectoryName(full)!).TrimEnd('/') + "/" + Path.GetFileName(full);
        }

        string top = Link(root, "/").TrimEnd('/');
        string link = Link(found, full);
        return link.StartsWith(top + "/", StringComparison.Ordinal) ? link[top.Length..] : link == top ? "/"
            : throw new ContainerException($"\"{full}\" leads out of the container's root");
    }

    /// <summary>Where a source leads on the host: criu does not follow a link that it is given, as a bind does.</summary>
    private static string SourceOf(Mount mount, string bundle)
    {
        string path = HostSources.PathOf(mount, bundle);
        if (Files.Find(path) is null)
        {
            return path;
        }

        using FileDescriptor source = Files.Open(path, OpenFlags.Path);
        return Link(source, path);
    }

    private static string Link(FileDescriptor file, string operand) =>
        Files.ReadLink(null, $"/proc/self/fd/{file.Number}") ?? throw new ContainerException($"\"{operand}\": cannot be resolved");
}
