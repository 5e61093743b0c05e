using Wharf.Linux;

namespace Wharf.Libcontainer.Mounts;

/// <summary>Covers of paths that a container must not see: the null device over a file, one empty read-only tmpfs over all directories.</summary>
internal sealed class PathMasks(FileDescriptor root) : IDisposable
{
    private readonly HashSet<string> covered = [];
    private FileDescriptor? empty;

    internal void Cover(string path)
    {
        if (!covered.Add(Path.GetFullPath(path)))
        {
            return;
        }

        using FileDescriptor? target = Files.FindInRoot(root, path, OpenFlags.Path);
        if (target is null)
        {
            return;
        }

        if (Files.Status(target, path).Kind != FileKind.Directory)
        {
            CoverFile(target, path);
        }
        else if (empty is null)
        {
            empty = Linux.Mounts.Create("tmpfs", "tmpfs", ["nr_blocks=1", "nr_inodes=2"], MountAttributes.ReadOnly);
            Linux.Mounts.Attach(empty, target, path);
        }
        else
        {
            // Once it is attached it can be copied.
            using FileDescriptor copy = Linux.Mounts.CopyTree(empty, recursive: false, "tmpfs");
            Linux.Mounts.Attach(copy, target, path);
        }
    }

    public void Dispose() => empty?.Dispose();

    /// <summary>The container's own /dev/null may be anything: what is bound is checked to be the null device (CVE-2025-31133).</summary>
    private static void CoverFile(FileDescriptor target, string path)
    {
        using FileDescriptor nothing = Files.Open("/dev/null", OpenFlags.Path | OpenFlags.NoFollow);
        FileStatus status = Files.Status(nothing, "/dev/null");
        if (status is not { Kind: FileKind.CharacterDevice, DeviceMajor: 1, DeviceMinor: 3 })
        {
            throw new ContainerException($"mask \"{path}\": \"/dev/null\" is not the null device");
        }

        using FileDescriptor copy = Linux.Mounts.CopyTree(nothing, recursive: false, "/dev/null");
        Linux.Mounts.Attach(copy, target, path);
    }
}
