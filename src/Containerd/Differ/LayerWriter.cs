using Wharf.Containerd.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>
/// Writes the changes from one tree to another as a layer: parents before what is in them, whiteouts for what is gone, one entry
/// with data for a file and links for its other names.
/// </summary>
internal sealed class LayerWriter(FileDescriptor root, TarWriter tar, long? epoch)
{
    private const string Whiteout = ".wh.";
    private readonly byte[] buffer = new byte[256 << 10];
    private readonly HashSet<string> written = [string.Empty];

    // Names of files that have several: the one with the data, or those that wait for it.
    private readonly Dictionary<(ulong Filesystem, ulong Inode), string> sources = [];
    private readonly Dictionary<(ulong Filesystem, ulong Inode), List<string>> unchanged = [];

    public void Write(IEnumerable<Change> changes)
    {
        foreach (Change change in changes)
        {
            try
            {
                Write(change);
            }
            catch (SyscallException error)
            {
                throw new IOException($"make layer: entry \"{change.Path}\": {error.Message}", error);
            }
        }

        tar.Finish();
    }

    private void Write(Change change)
    {
        (string folder, string name) = EntryPath.Split(change.Path);
        if (change.Kind == ChangeKind.Deleted)
        {
            WriteParents(folder);
            string hidden = Whiteout + name;

            // Its time means nothing: the same for everybody, unless the caller wants another.
            tar.Write(new TarEntry { Name = folder.Length == 0 ? hidden : $"{folder}/{hidden}", Kind = '0', Seconds = epoch ?? 0 });
            return;
        }

        if (change.Status.Kind == FileKind.Socket)
        {
            // Nobody listens behind it in another container, and an archive has no kind for it.
            return;
        }

        List<string>? waiting = null;
        if (TreeChanges.IsLinked(change.Status))
        {
            (ulong, ulong) file = (change.Status.Filesystem, change.Status.Inode);
            if (sources.TryGetValue(file, out string? source))
            {
                WriteParents(folder);
                WriteEntry(change, change.Path, source);
                return;
            }

            if (change.Kind == ChangeKind.Linked)
            {
                List<string> names = unchanged.TryGetValue(file, out List<string>? known) ? known : unchanged[file] = [];
                names.Add(change.Path);
                return;
            }

            sources[file] = change.Path;
            unchanged.Remove(file, out waiting);
        }

        WriteParents(folder);
        WriteEntry(change, change.Path, source: null);
        foreach (string other in waiting ?? [])
        {
            WriteParents(EntryPath.Split(other).Parent);
            WriteEntry(change, other, change.Path);
        }
    }

    /// <summary>The directories above an entry, once each, as the new tree has them.</summary>
    private void WriteParents(string folder)
    {
        if (!written.Add(folder))
        {
            return;
        }

        (string above, string name) = EntryPath.Split(folder);
        WriteParents(above);
        using FileDescriptor place = Files.OpenInRoot(root, above.Length == 0 ? "." : above, OpenFlags.ReadOnly | OpenFlags.Directory);
        WriteEntry(new Change(ChangeKind.Modified, folder, Files.StatusAt(place, name, folder), place, name), folder, source: null);
    }

    private void WriteEntry(Change change, string path, string? source)
    {
        FileStatus status = change.Status;
        bool directory = status.Kind == FileKind.Directory;
        bool node = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice;
        if (directory)
        {
            written.Add(path);
        }

        // The file first: what it says of itself is what the entry will say.
        using FileDescriptor? file = source is null && status.Kind == FileKind.Regular
            ? Files.OpenAt(change.Folder, change.Name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking)
            : null;
        var entry = new TarEntry
        {
            Name = directory ? path + "/" : path,
            Kind = source is not null ? '1' : Letter(status.Kind),
            LinkName = source ?? (status.Kind == FileKind.SymbolicLink ? Files.ReadLink(change.Folder, change.Name) ?? throw new IOException($"make layer: entry \"{path}\": the link cannot be read") : string.Empty),
            Mode = status.Mode,
            User = status.User,
            Group = status.Group,
            Size = file is null ? 0 : (long)status.Size,
            Seconds = epoch is { } latest ? Math.Min(latest, status.Seconds) : status.Seconds,
            Major = node ? status.DeviceMajor : 0,
            Minor = node ? status.DeviceMinor : 0,
            Attributes = LayerAttributes.Of(change.Folder!, change.Name, status.Kind),
        };
        tar.Write(entry);
        if (file is not null)
        {
            WriteData(file, entry);
        }
    }

    /// <summary>As much as the entry has promised: a container may go on writing to the file.</summary>
    private void WriteData(FileDescriptor file, TarEntry entry)
    {
        for (long offset = 0; offset < entry.Size;)
        {
            int count = FileRange.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Size - offset)), offset, entry.Name);
            if (count == 0)
            {
                throw new IOException($"make layer: entry \"{entry.Name}\": ends at byte {offset} of {entry.Size}, it became shorter meanwhile");
            }

            tar.WriteData(buffer.AsSpan(0, count));
            offset += count;
        }
    }

    private static char Letter(FileKind kind) => kind switch
    {
        FileKind.Regular => '0',
        FileKind.SymbolicLink => '2',
        FileKind.CharacterDevice => '3',
        FileKind.BlockDevice => '4',
        FileKind.Directory => '5',
        _ => '6',
    };
}
