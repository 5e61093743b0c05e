using System.Globalization;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Activations;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>
/// Layers as images of erofs, a read-only filesystem: one file each, mounted as they are. What is written goes to a folder as with
/// overlayfs, and becomes an image when it is committed. A layer is mounted for as long as a snapshot above it may be, so that every
/// client and every shim can mount the snapshot: it is an overlay like any other.
/// </summary>
internal sealed class ErofsFolders : ISnapshotFolders
{
    private const string Program = "mkfs.erofs";
    private const string Image = "layer.erofs";
    private readonly OverlayFolders upper;
    private readonly string snapshots;
    private readonly ShownLayers shown;

    public ErofsFolders(string root)
    {
        upper = new OverlayFolders(root);
        snapshots = Path.Combine(root, "snapshots");
        shown = new ShownLayers(Folder, ImageOf);
    }

    /// <summary>Whether this machine has what it needs: the kernel's filesystem, and the program that makes images.</summary>
    public static bool IsAvailable => Spawner.Find(Program) is not null && File.ReadLines("/proc/filesystems").Any(line => line.Trim() == "erofs");

    public IReadOnlyList<string> Capabilities => [];

    public string Layer(ulong number) => upper.Layer(number);

    /// <summary>The folder of a parent is there when its files are not any more: it has their root's owner and mode.</summary>
    public void Create(ulong number, bool writable, ulong? parent, IReadOnlyDictionary<string, string> labels) => upper.Create(number, writable, parent, labels);

    public void Remove(ulong number)
    {
        shown.Leave(number);
        upper.Remove(number);
    }

    public IEnumerable<ulong> All() => upper.All();

    public IReadOnlyList<Mount> Mounts(ulong number, bool writable, IReadOnlyList<ulong> parents, IReadOnlyDictionary<string, string> labels)
    {
        if (parents.Count == 0)
        {
            return upper.Mounts(number, writable, parents, labels);
        }

        IReadOnlyList<string> points = shown.Show(number, parents);
        var mount = new Mount();
        if (!writable && points.Count == 1)
        {
            mount.Type = "bind";
            mount.Source = points[0];
            mount.Options.Add("ro");
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

        mount.Options.Add($"lowerdir={string.Join(':', points)}");
        return [mount];
    }

    public (long Size, long Inodes) Commit(ulong number)
    {
        string unfinished = ImageOf(number) + ".new";
        File.Delete(unfinished);
        ToolRun.Run(Program, ["--quiet", unfinished, Layer(number)]);
        File.Move(unfinished, ImageOf(number), overwrite: true);
        Durability.SyncFilesystem(Folder(number));
        return ((long)Files.Find(ImageOf(number))!.Value.Allocated, 1);
    }

    public void Settle(ulong number)
    {
        shown.Leave(number);
        using FileDescriptor layer = Files.Open(Layer(number), OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach ((string name, _) in DirectoryEntries.Read(layer, Layer(number)))
        {
            if (Files.StatusAt(layer, name, name).Kind == FileKind.Directory)
            {
                DirectoryTree.Remove(Path.Combine(Layer(number), name));
            }
            else
            {
                Files.Remove(layer, name);
            }
        }
    }

    private string Folder(ulong number) => Path.Combine(snapshots, number.ToString(CultureInfo.InvariantCulture));

    private string ImageOf(ulong number) => Path.Combine(Folder(number), Image);
}
