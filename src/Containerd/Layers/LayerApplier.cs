using Wharf.Linux;

namespace Wharf.Containerd.Layers;

/// <summary>
/// Writes the entries of a layer into a folder. The kernel resolves each path inside the folder (openat2, RESOLVE_IN_ROOT) and each
/// entry is made by its name in an open directory, so nothing that a layer says reaches outside.
/// </summary>
internal sealed class LayerApplier : IDisposable
{
    private const string Whiteout = ".wh.";
    private const string AufsPrefix = ".wh..wh.";
    private const string Opaque = ".wh..wh..opq";
    private const string OpaqueAttribute = "trusted.overlay.opaque";
    private const uint MissingMode = 0x1ed;
    private readonly LayerTarget target;
    private readonly FileDescriptor root;
    private readonly LowerLayers below;
    private readonly byte[] buffer = new byte[256 << 10];

    // Times of directories are set when nothing more is made in them.
    private readonly Dictionary<string, (long Seconds, long Nanoseconds)> times = [];

    // Where the layers below lie in the target itself, whiteouts remove what is theirs: what this layer has made is kept here.
    private readonly HashSet<string>? made;
    private readonly HashSet<string> opaque = [];
    private string? parentPath;
    private FileDescriptor? parent;
    private FileDescriptor? stale;

    public LayerApplier(LayerTarget target)
    {
        this.target = target;
        root = Files.Open(target.Folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        below = new LowerLayers(target.Below);
        made = !target.Overlay && Directory.EnumerateFileSystemEntries(target.Folder).Any() ? [] : null;
    }

    public void Apply(TarReader tar, CancellationToken cancellation)
    {
        while (tar.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Apply(entry, tar);
            }
            catch (SyscallException error)
            {
                throw new IOException($"apply layer: entry \"{entry.Name}\": {error.Message}", error);
            }
        }

        foreach ((string path, (long seconds, long nanoseconds)) in times)
        {
            using FileDescriptor? folder = Files.FindInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (folder is not null)
            {
                DirectoryEntries.SetTime(folder, seconds, nanoseconds, path);
            }
        }
    }

    public void Dispose()
    {
        parent?.Dispose();
        stale?.Dispose();
        below.Dispose();
        root.Dispose();
    }

    private void Apply(TarEntry entry, TarReader tar)
    {
        string path = EntryPath.Clean(entry.Name, "entry");
        if (path.Length == 0)
        {
            ApplyToRoot(entry);
            return;
        }

        (string folder, string name) = EntryPath.Split(path);
        FileDescriptor place = Parent(folder);
        if (name.StartsWith(Whiteout, StringComparison.Ordinal))
        {
            ApplyWhiteout(place, entry, folder, name);
            return;
        }

        if (DirectoryEntries.Find(place, name) is { } present && !(entry.Kind == '5' && present.Kind == FileKind.Directory))
        {
            Replace(place, name, present);
        }

        Make(entry, tar, place, path, name);
        Remember(path);
    }

    private void Make(TarEntry entry, TarReader tar, FileDescriptor place, string path, string name)
    {
        switch (entry.Kind)
        {
            case '0':
                WriteFile(tar, place, name);
                break;
            case '1':
                // Its owner, mode and time are those of the file that it is another name of.
                Link(entry, place, name);
                return;
            case '2':
                Files.MakeLink(place, name, entry.LinkName);
                break;
            case '3':
                Files.MakeNode(place, name, FileKind.CharacterDevice, entry.Mode, entry.Major, entry.Minor);
                break;
            case '4':
                Files.MakeNode(place, name, FileKind.BlockDevice, entry.Mode, entry.Major, entry.Minor);
                break;
            case '5':
                MakeDirectory(place, name, entry.Mode);
                times[path] = (entry.Seconds, entry.Nanoseconds);
                break;
            case '6':
                Files.MakeNode(place, name, FileKind.Fifo, entry.Mode);
                break;
            default:
                throw new InvalidDataException($"apply layer: entry \"{entry.Name}\": unknown type '{entry.Kind}'");
        }

        Describe(entry, place, name);
    }

    private void Describe(TarEntry entry, FileDescriptor place, string name)
    {
        if (made is not null && entry.Kind == '5')
        {
            ForgetAttributes(entry, place, name);
        }

        DirectoryEntries.ChangeOwner(place, name, entry.User, entry.Group);
        foreach ((string attribute, byte[] value) in entry.Attributes.Where(one => !IsOverlay(one.Name)))
        {
            try
            {
                DirectoryEntries.SetAttribute(place, name, attribute, value);
            }
            catch (SyscallException error) when (error.Errno is Errno.EOPNOTSUPP || (error.Errno is Errno.EPERM && attribute.StartsWith("user.", StringComparison.Ordinal)))
            {
                // The filesystem has none of this kind, or allows "user." on files and directories only.
            }
        }

        if (entry.Kind != '2')
        {
            // After the owner, whose change takes the set-id bits away.
            Files.ChangeMode(place, name, entry.Mode);
        }

        if (entry.Kind != '5')
        {
            DirectoryEntries.SetTime(place, name, entry.Seconds, entry.Nanoseconds);
        }
    }

    /// <summary>A directory that a layer below made keeps nothing that this layer does not say, as when it is merged from folders.</summary>
    private static void ForgetAttributes(TarEntry entry, FileDescriptor place, string name)
    {
        foreach (string attribute in DirectoryEntries.AttributeNames(place, name))
        {
            // The kernel's own labels are not the layer's to remove.
            if (!attribute.StartsWith("security.", StringComparison.Ordinal) && entry.Attributes.All(given => given.Name != attribute))
            {
                DirectoryEntries.RemoveAttribute(place, name, attribute);
            }
        }
    }

    /// <summary>What overlayfs would read as its own would let a layer show parts of others under another name.</summary>
    private static bool IsOverlay(string attribute) =>
        attribute.StartsWith("trusted.overlay.", StringComparison.Ordinal) || attribute.StartsWith("user.overlay.", StringComparison.Ordinal);

    private void ApplyToRoot(TarEntry entry)
    {
        if (entry.Kind != '5')
        {
            throw new InvalidDataException($"apply layer: entry \"{entry.Name}\": the root is a directory");
        }

        Files.ChangeOwner(root, entry.User, entry.Group, target.Folder);
        Files.ChangeMode(root, ".", entry.Mode);
        times["."] = (entry.Seconds, entry.Nanoseconds);
    }

    private void ApplyWhiteout(FileDescriptor place, TarEntry entry, string folder, string name)
    {
        if (name == Opaque)
        {
            if (target.Overlay)
            {
                DirectoryEntries.SetAttribute(place, ".", OpaqueAttribute, "y"u8);
            }
            else if (made is not null && opaque.Add(folder))
            {
                // Once: what is made afterwards is this layer's, and a layer may say it a million times (CVE-2026-95838).
                RemoveOthers(folder);
            }

            return;
        }

        if (name.StartsWith(AufsPrefix, StringComparison.Ordinal))
        {
            return;
        }

        string hidden = name[Whiteout.Length..];
        if (hidden is "" or "." or "..")
        {
            throw new InvalidDataException($"apply layer: entry \"{entry.Name}\": invalid whiteout name");
        }

        if (!target.Overlay)
        {
            RemoveHidden(place, folder.Length == 0 ? hidden : $"{folder}/{hidden}", hidden);
            return;
        }

        // A whiteout is about the layers below: what this one has itself stays.
        FileStatus? own = DirectoryEntries.Find(place, hidden);
        if (own is null)
        {
            Files.MakeNode(place, hidden, FileKind.CharacterDevice, 0);
        }
        else if (own.Value.Kind == FileKind.Directory)
        {
            using FileDescriptor opaque = Files.OpenInRoot(root, folder.Length == 0 ? hidden : $"{folder}/{hidden}", OpenFlags.ReadOnly | OpenFlags.Directory);
            DirectoryEntries.SetAttribute(opaque, ".", OpaqueAttribute, "y"u8);
        }
    }

    private void RemoveHidden(FileDescriptor place, string path, string name)
    {
        if (made is null || DirectoryEntries.Find(place, name) is not { } present)
        {
            return;
        }

        if (!made.Contains(path))
        {
            Replace(place, name, present);
        }
        else if (present.Kind == FileKind.Directory)
        {
            RemoveOthers(path);
        }
    }

    /// <summary>All below a directory but what this layer has made there.</summary>
    private void RemoveOthers(string path)
    {
        using FileDescriptor folder = Files.OpenInRoot(root, path.Length == 0 ? "." : path, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach ((string name, _) in DirectoryEntries.Read(folder, path))
        {
            RemoveHidden(folder, path.Length == 0 ? name : $"{path}/{name}", name);
        }
    }

    /// <summary>An entry of this layer, and the directories on the way to it.</summary>
    private void Remember(string path)
    {
        for (string one = path; made is not null && one.Length > 0 && made.Add(one); one = EntryPath.Split(one).Parent)
        {
        }
    }

    private void WriteFile(TarReader tar, FileDescriptor place, string name)
    {
        using FileDescriptor file = Files.OpenAt(place, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        int count;
        while ((count = Fill(tar)) > 0)
        {
            Files.Write(file, buffer.AsSpan(0, count), name);
        }
    }

    private int Fill(TarReader tar)
    {
        int filled = 0;
        int count;
        while (filled < buffer.Length && (count = tar.Read(buffer.AsSpan(filled))) > 0)
        {
            filled += count;
        }

        return filled;
    }

    private void Link(TarEntry entry, FileDescriptor place, string name)
    {
        string source = EntryPath.Clean(entry.LinkName, $"entry \"{entry.Name}\": link");
        (string folder, string last) = EntryPath.Split(source);
        if (last.Length == 0)
        {
            throw new InvalidDataException($"apply layer: entry \"{entry.Name}\": links to the root");
        }

        using FileDescriptor? there = Files.FindInRoot(root, folder.Length == 0 ? "." : folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (there is not null && DirectoryEntries.Find(there, last) is not null)
        {
            DirectoryEntries.Link(there, last, place, name);
            return;
        }

        // A file of a layer below: it gets its second name in a copy, as overlayfs itself would do.
        below.CopyUp(source, place, name, buffer, entry.Name);
        using FileDescriptor again = Files.OpenInRoot(root, EntryPath.Split(EntryPath.Clean(entry.Name, "entry")).Parent is { Length: > 0 } above ? above : ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        DirectoryEntries.Link(again, name, Parent(folder), last);
    }

    private static void MakeDirectory(FileDescriptor place, string name, uint mode)
    {
        try
        {
            Files.MakeDirectory(place, name, mode);
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            // Made by an entry below it, or by this one's twin: the metadata of the last one counts.
        }
    }

    private void Replace(FileDescriptor place, string name, FileStatus present)
    {
        if (present.Kind != FileKind.Directory)
        {
            Files.Remove(place, name);
            return;
        }

        ForgetParent();
        FolderRemoval.Remove($"/proc/self/fd/{place.Number}/{name}");
    }

    /// <summary>The open directory of a path; what is missing of it is made as the layers below have it.</summary>
    private FileDescriptor Parent(string path)
    {
        if (path == parentPath)
        {
            return parent!;
        }

        FileDescriptor opened = Files.FindInRoot(root, path.Length == 0 ? "." : path, OpenFlags.ReadOnly | OpenFlags.Directory) ?? MakeMissing(path);
        ForgetParent();
        parentPath = path;
        parent = opened;
        return opened;
    }

    private void ForgetParent()
    {
        // The descriptor itself may still be in use by the caller of Replace: it is closed when its last use ends.
        if (parentPath is not null)
        {
            stale?.Dispose();
            stale = parent;
            parentPath = null;
            parent = null;
        }
    }

    private FileDescriptor MakeMissing(string path)
    {
        string done = string.Empty;
        foreach (string part in path.Split('/'))
        {
            string next = done.Length == 0 ? part : $"{done}/{part}";
            using FileDescriptor? present = Files.FindInRoot(root, next, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (present is null)
            {
                using FileDescriptor place = Files.OpenInRoot(root, done.Length == 0 ? "." : done, OpenFlags.ReadOnly | OpenFlags.Directory);
                if (DirectoryEntries.Find(place, part) is { } other)
                {
                    // A file, or a link that leads nowhere: the layer says that it is a directory.
                    Replace(place, part, other);
                }

                Files.MakeDirectory(place, part, MissingMode);
                below.Imitate(next, place, part);
            }

            done = next;
        }

        return Files.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
    }
}
