using Wharf.Linux;

namespace Wharf.Daemon.Archives;

/// <summary>
/// Writes what is at a descriptor into an archive, by descriptors all the way down: no entry is named by a path that something could turn
/// elsewhere while it is read.
/// </summary>
internal sealed class TreeArchive(Stream output)
{
    private const uint PermissionBits = 0xfff;

    // A tree that is deeper is nobody's work.
    private const int Deepest = 1024;
    private readonly TarWriter writer = new(output);
    private readonly Dictionary<(ulong Filesystem, ulong Inode), string> linked = [];

    /// <summary>One entry of an open directory with all that is below it, under a name of the caller's.</summary>
    internal async Task WriteAsync(FileDescriptor folder, string entry, string name, CancellationToken cancellation)
    {
        using FileDescriptor found = Files.OpenAt(folder, entry, OpenFlags.Path | OpenFlags.NoFollow);
        await WriteEntryAsync(folder, entry, found, name, 0, cancellation).ConfigureAwait(false);
    }

    /// <summary>What is in an open directory, without an entry for itself when the prefix is empty.</summary>
    internal async Task WriteFolderAsync(FileDescriptor folder, string prefix, CancellationToken cancellation)
    {
        if (prefix.Length > 0)
        {
            await writer.WriteAsync(Describe(folder, ".", Files.Status(folder, prefix), prefix), cancellation).ConfigureAwait(false);
        }

        await BelowAsync(folder, prefix, 0, cancellation).ConfigureAwait(false);
    }

    internal Task EndAsync(CancellationToken cancellation) => writer.EndAsync(cancellation);

    private async Task BelowAsync(FileDescriptor folder, string prefix, int depth, CancellationToken cancellation)
    {
        if (depth > Deepest)
        {
            throw new IOException($"read \"{prefix}\": more than {Deepest} folders in each other");
        }

        foreach ((string entry, _) in DirectoryEntries.Read(folder, prefix).OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            FileDescriptor found;
            try
            {
                found = Files.OpenAt(folder, entry, OpenFlags.Path | OpenFlags.NoFollow);
            }
            catch (SyscallException error) when (error.Errno == Errno.ENOENT)
            {
                // Removed since the folder was read.
                continue;
            }

            using (found)
            {
                await WriteEntryAsync(folder, entry, found, prefix + entry, depth, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteEntryAsync(FileDescriptor folder, string entry, FileDescriptor found, string name, int depth, CancellationToken cancellation)
    {
        FileStatus status = Files.Status(found, name);
        switch (status.Kind)
        {
            case FileKind.Directory:
                using (FileDescriptor below = Files.Reopen(found, OpenFlags.ReadOnly | OpenFlags.Directory, name))
                {
                    string prefix = name.EndsWith('/') ? name : name + "/";
                    await writer.WriteAsync(Describe(folder, entry, status, prefix), cancellation).ConfigureAwait(false);
                    await BelowAsync(below, prefix, depth + 1, cancellation).ConfigureAwait(false);
                }

                return;
            case FileKind.Socket:
                return;
            case FileKind.Regular:
                if (status.Links > 1 && linked.TryGetValue((status.Filesystem, status.Inode), out string? first))
                {
                    await writer.WriteAsync(Describe(folder, entry, status, name) with { Kind = TarHeader.HardLink, Link = first, Size = 0, Attributes = [] }, cancellation).ConfigureAwait(false);
                    return;
                }

                using (FileDescriptor file = Files.Reopen(found, OpenFlags.ReadOnly, name))
                {
                    // The size of the file that is read, not of one that was there before.
                    TarHeader header = Describe(folder, entry, Files.Status(file, name), name);
                    await writer.WriteAsync(header, cancellation).ConfigureAwait(false);
                    await writer.WriteContentAsync(file, header, cancellation).ConfigureAwait(false);
                }

                if (status.Links > 1)
                {
                    linked[(status.Filesystem, status.Inode)] = name;
                }

                return;
            default:
                await writer.WriteAsync(Describe(folder, entry, status, name), cancellation).ConfigureAwait(false);
                return;
        }
    }

    private static TarHeader Describe(FileDescriptor folder, string entry, FileStatus status, string name) => new()
    {
        Name = name,
        Kind = status.Kind switch
        {
            FileKind.Directory => TarHeader.Folder,
            FileKind.SymbolicLink => TarHeader.SymbolicLink,
            FileKind.CharacterDevice => TarHeader.CharacterDevice,
            FileKind.BlockDevice => TarHeader.BlockDevice,
            FileKind.Fifo => TarHeader.Fifo,
            _ => TarHeader.File,
        },
        Link = status.Kind == FileKind.SymbolicLink ? Files.ReadLink(folder, entry) ?? "" : "",
        Mode = status.Mode & PermissionBits,
        User = status.User,
        Group = status.Group,
        Size = status.Kind == FileKind.Regular ? (long)status.Size : 0,
        Seconds = status.Seconds,
        Nanoseconds = status.Nanoseconds,
        DeviceMajor = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.DeviceMajor : 0,
        DeviceMinor = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.DeviceMinor : 0,
        Attributes = status.Kind == FileKind.SymbolicLink ? [] : [.. Attributes(folder, entry)],
    };

    private static IEnumerable<(string Name, byte[] Value)> Attributes(FileDescriptor folder, string entry) =>
        DirectoryEntries.AttributeNames(folder, entry)
            .Where(one => one == "security.capability" || one.StartsWith("user.", StringComparison.Ordinal))
            .Select(one => (one, DirectoryEntries.FindAttribute(folder, entry, one)))
            .Where(one => one.Item2 is not null)
            .Select(one => (one.one, one.Item2!));
}
