using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>An open directory of a tree and its names, in the order of their bytes.</summary>
internal sealed class TreeFolder : IDisposable
{
    private const int LongestPath = 4096;
    private readonly bool owned;

    private TreeFolder(FileDescriptor descriptor, string path, bool owned)
    {
        this.owned = owned;
        Descriptor = descriptor;
        Path = path;
        // Opened once more: where a descriptor stands in its directory is shared by all who read it.
        using FileDescriptor list = Files.OpenAt(descriptor, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        Names = [.. DirectoryEntries.Read(list, path).Select(entry => entry.Name)];
        Names.Sort(CompareBytes);
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Below the root, empty for the root itself.</summary>
    public string Path { get; }

    public List<string> Names { get; }

    public static TreeFolder Root(FileDescriptor descriptor) => new(descriptor, string.Empty, owned: false);

    public TreeFolder Open(string name)
    {
        string path = PathOf(name);
        return PathText.Encode(path).Length < LongestPath
            ? new TreeFolder(Files.OpenAt(Descriptor, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow), path, owned: true)
            : throw new IOException($"make layer: path \"{path[..128]}…\": longer than {LongestPath} bytes");
    }

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";

    public FileStatus Status(string name) => Files.StatusAt(Descriptor, name, PathOf(name));

    public static int CompareBytes(string one, string other)
    {
        int common = one.AsSpan().CommonPrefixLength(other);
        if (common == one.Length || common == other.Length)
        {
            return one.Length - other.Length;
        }

        // UTF-16 orders as UTF-8 does but for surrogates.
        return one[common] < '\ud800' && other[common] < '\ud800'
            ? one[common] - other[common]
            : PathText.Encode(one).AsSpan().SequenceCompareTo(PathText.Encode(other));
    }

    public void Dispose()
    {
        if (owned)
        {
            Descriptor.Dispose();
        }
    }
}
