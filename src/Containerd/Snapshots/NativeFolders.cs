using System.Globalization;
using Wharf.ContainerdApi.Types;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>Snapshots as whole copies: slow and large, and on every filesystem.</summary>
internal sealed class NativeFolders : ISnapshotFolders
{
    private const uint RootMode = 0x1ed;
    private readonly string snapshots;

    public NativeFolders(string root)
    {
        snapshots = Path.Combine(root, "snapshots");
        Directory.CreateDirectory(snapshots);
    }

    public IReadOnlyList<string> Capabilities => [];

    public string Layer(ulong number) => Path.Combine(snapshots, number.ToString(CultureInfo.InvariantCulture));

    public void Create(ulong number, bool writable, ulong? parent, IReadOnlyDictionary<string, string> labels)
    {
        Files.MakeDirectory(null, Layer(number), RootMode);
        if (writable && parent is { } below)
        {
            TreeCopy.Copy(Layer(below), Layer(number));
        }
    }

    public void Remove(ulong number)
    {
        if (Directory.Exists(Layer(number)))
        {
            DirectoryTree.Remove(Layer(number));
        }
    }

    public IEnumerable<ulong> All() =>
        Directory.EnumerateDirectories(snapshots)
            .Select(folder => ulong.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : (ulong?)null)
            .OfType<ulong>();

    public IReadOnlyList<Mount> Mounts(ulong number, bool writable, IReadOnlyList<ulong> parents, IReadOnlyDictionary<string, string> labels) =>
    [
        new Mount
        {
            Type = "bind",
            Source = Layer(writable || parents.Count == 0 ? number : parents[0]),
            Options = { writable ? "rw" : "ro", "rbind" },
        },
    ];

    public (long Size, long Inodes) Commit(ulong number)
    {
        Durability.SyncFilesystem(Layer(number));
        return DirectoryTree.Usage(Layer(number));
    }

    public void Settle(ulong number)
    {
        // The files of an active snapshot are those of the layer.
    }
}
