using System.Globalization;
using Wharf.ContainerdApi.Types;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>The folders of overlay snapshots, by number: "fs" is the layer, "work" overlayfs's own.</summary>
internal sealed class OverlayFolders : ISnapshotFolders
{
    private const uint FolderMode = 0x1c0;
    private const uint LayerMode = 0x1ed;
    private readonly string snapshots;

    public OverlayFolders(string root)
    {
        snapshots = Path.Combine(root, "snapshots");
        Directory.CreateDirectory(snapshots);
        Capabilities = IsMappable(snapshots) ? [Snapshotter.RemapIds] : [];
    }

    /// <summary>"remap-ids" when the kernel shows layers with other owners, on the filesystem that they are on.</summary>
    public IReadOnlyList<string> Capabilities { get; }

    public string Layer(ulong number) => Path.Combine(Folder(number), "fs");

    /// <summary>New and empty; the root of the layer gets the owner and mode of its parent's.</summary>
    public void Create(ulong number, bool writable, ulong? parent, IReadOnlyDictionary<string, string> labels)
    {
        string folder = Folder(number);
        var mapping = IdMapping.Of(labels);
        Files.MakeDirectory(null, folder, FolderMode);
        Files.MakeDirectory(null, Layer(number), LayerMode);
        if (writable)
        {
            Files.MakeDirectory(null, Path.Combine(folder, "work"), 0x1c9);
        }

        if (parent is { } below && Files.Find(Layer(below)) is { } status)
        {
            using FileDescriptor layer = Files.Open(Layer(number), OpenFlags.ReadOnly | OpenFlags.Directory);
            if (status.User != 0 || status.Group != 0)
            {
                Files.ChangeOwner(layer, status.User, status.Group, Layer(number));
            }

            if (status.Mode != LayerMode)
            {
                Files.ChangeMode(null, Layer(number), status.Mode);
            }
        }

        if (mapping is not null)
        {
            // What is above the layers is written by who root of the container is, and nothing maps it.
            using FileDescriptor layer = Files.Open(Layer(number), OpenFlags.ReadOnly | OpenFlags.Directory);
            Files.ChangeOwner(layer, mapping.Root.User, mapping.Root.Group, Layer(number));
        }
    }

    public void Remove(ulong number)
    {
        string folder = Folder(number);
        if (Directory.Exists(folder))
        {
            DirectoryTree.Remove(folder);
        }
    }

    public IEnumerable<ulong> All() =>
        Directory.EnumerateDirectories(snapshots)
            .Select(folder => ulong.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : (ulong?)null)
            .OfType<ulong>();

    /// <summary>How a snapshot is mounted; <paramref name="parents"/> from the nearest on.</summary>
    public IReadOnlyList<Mount> Mounts(ulong number, bool writable, IReadOnlyList<ulong> parents, IReadOnlyDictionary<string, string> labels)
    {
        var mount = new Mount();
        if (parents.Count == 0 || (!writable && parents.Count == 1))
        {
            mount.Type = "bind";
            mount.Source = Layer(parents.Count == 0 ? number : parents[0]);
            mount.Options.Add(writable ? "rw" : "ro");
            mount.Options.Add("rbind");
            return [mount];
        }

        mount.Type = "overlay";
        mount.Source = "overlay";
        mount.Options.Add("index=off");
        if (writable)
        {
            mount.Options.Add($"workdir={Path.Combine(Folder(number), "work")}");
            mount.Options.Add($"upperdir={Layer(number)}");
        }

        mount.Options.Add($"lowerdir={string.Join(':', parents.Select(Layer))}");
        return [mount];
    }

    /// <summary>What the whole filesystem has taken is on the disk afterwards.</summary>
    public (long Size, long Inodes) Commit(ulong number)
    {
        Durability.SyncFilesystem(Layer(number));
        return DirectoryTree.Usage(Layer(number));
    }

    public void Settle(ulong number)
    {
        // The files of an active snapshot are those of the layer.
    }

    /// <summary>By the kernel's release and the kind of filesystem: trying would take a process in a user namespace.</summary>
    private static bool IsMappable(string folder)
    {
        const long ext4 = 0xEF53, xfs = 0x58465342, btrfs = 0x9123683E, tmpfs = 0x01021994, f2fs = 0xF2F52010;
        using FileDescriptor opened = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        return Environment.OSVersion.Version >= new Version(6, 5) && Files.FilesystemType(opened, folder) is ext4 or xfs or btrfs or tmpfs or f2fs;
    }

    private string Folder(ulong number) => Path.Combine(snapshots, number.ToString(CultureInfo.InvariantCulture));
}
