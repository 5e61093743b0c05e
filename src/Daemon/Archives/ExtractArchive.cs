using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Archives;

/// <summary>
/// Unpacks an archive of a client's into a directory of a container. Names are resolved below the container's root by the kernel, each
/// entry is made in a directory that is open, and content is decompressed in this process (CVE-2026-41567).
/// </summary>
internal sealed class ExtractArchive(FileDescriptor root, string folder, bool keepsKinds, User? owner)
{
    private const string AttributePrefix = "SCHILY.xattr.";
    private const int NanosecondDigits = 9;
    private const uint PermissionBits = 0xfff;
    private readonly RootedTree tree = new(root, "container");
    private readonly List<(string Path, TarEntry Entry)> folders = [];

    internal async Task RunAsync(Stream archive, CancellationToken cancellation)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
        {
            if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            await MakeAsync(entry, Below(entry.Name), cancellation).ConfigureAwait(false);
        }

        // Last: what is made in a folder changes its time.
        foreach ((string path, TarEntry entry) in Enumerable.Reverse(folders))
        {
            using FileDescriptor? made = Files.FindInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (made is not null)
            {
                (long seconds, long nanoseconds) = TimeOf(entry);
                DirectoryEntries.SetTime(made, seconds, nanoseconds, path);
            }
        }
    }

    /// <summary>The path in the container; a name that climbs out of the archive is refused.</summary>
    private string Below(string name)
    {
        int depth = 0;
        foreach (string part in name.Split('/').Where(part => part is not ("" or ".")))
        {
            depth += part == ".." ? -1 : 1;
            if (depth < 0)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"unpack \"{name}\": invalid path: it is outside of \"{folder}\"");
            }
        }

        return Containers.BindSpecification.Clean(folder + "/" + Containers.BindSpecification.Clean(name));
    }

    private async Task MakeAsync(TarEntry entry, string path, CancellationToken cancellation)
    {
        if (path == Containers.BindSpecification.Clean(folder))
        {
            if (entry.EntryType == TarEntryType.Directory)
            {
                folders.Add((path, entry));
            }

            return;
        }

        (FileDescriptor parent, string name) = tree.Place(path);
        using (parent)
        {
            FileStatus? there = DirectoryEntries.Find(parent, name);
            bool isFolder = entry.EntryType == TarEntryType.Directory;
            if (there is { } old)
            {
                bool wasFolder = old.Kind == FileKind.Directory;
                if (keepsKinds && isFolder != wasFolder)
                {
                    throw new EngineException(EngineErrorKind.InvalidParameter, isFolder ? $"cannot overwrite non-directory \"{path}\" with directory \"{entry.Name}\"" : $"cannot overwrite directory \"{path}\" with non-directory \"{entry.Name}\"");
                }

                if (!(isFolder && wasFolder))
                {
                    Remove(parent, name, wasFolder);
                    there = null;
                }
            }

            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    if (there is null)
                    {
                        Files.MakeDirectory(parent, name, 0x1c0);
                    }

                    folders.Add((path, entry));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.SparseFile:
                    await WriteAsync(parent, name, entry, cancellation).ConfigureAwait(false);
                    break;
                case TarEntryType.SymbolicLink:
                    Files.MakeLink(parent, name, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    (FileDescriptor source, string first) = tree.Place(Below(entry.LinkName));
                    using (source)
                    {
                        DirectoryEntries.Link(source, first, parent, name);
                    }

                    return;
                case TarEntryType.Fifo:
                    Files.MakeNode(parent, name, FileKind.Fifo, 0x180);
                    break;
                case TarEntryType.CharacterDevice or TarEntryType.BlockDevice:
                    var device = (PosixTarEntry)entry;
                    Files.MakeNode(parent, name, entry.EntryType == TarEntryType.CharacterDevice ? FileKind.CharacterDevice : FileKind.BlockDevice, 0x180, (uint)device.DeviceMajor, (uint)device.DeviceMinor);
                    break;
                default:
                    throw new EngineException(EngineErrorKind.InvalidParameter, $"unpack \"{entry.Name}\": unhandled tar header type {(char)entry.EntryType}");
            }

            Describe(parent, name, entry);
        }
    }

    /// <summary>What is in the way goes; a folder with all that is in it.</summary>
    private static void Remove(FileDescriptor parent, string name, bool isFolder)
    {
        if (isFolder)
        {
            FolderRemoval.Remove($"/proc/self/fd/{parent.Number}/{name}");
        }
        else
        {
            Files.Remove(parent, name);
        }
    }

    private static async Task WriteAsync(FileDescriptor parent, string name, TarEntry entry, CancellationToken cancellation)
    {
        using FileDescriptor file = Files.OpenAt(parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        if (entry.DataStream is not { } content)
        {
            return;
        }

        byte[] buffer = new byte[1 << 16];
        while (await content.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and int count)
        {
            Files.Write(file, buffer.AsSpan(0, count), name);
        }
    }

    /// <summary>The owner before the mode, which chown(2) cuts, and before the attributes, of which it takes the capability away.</summary>
    private void Describe(FileDescriptor parent, string name, TarEntry entry)
    {
        DirectoryEntries.ChangeOwner(parent, name, owner?.Uid ?? (uint)entry.Uid, owner?.Gid ?? (uint)entry.Gid);
        if (entry.EntryType != TarEntryType.SymbolicLink)
        {
            Files.ChangeMode(parent, name, (uint)entry.Mode & PermissionBits);
        }

        if (entry is PaxTarEntry { ExtendedAttributes.Count: > 0 } pax)
        {
            foreach ((string attribute, string value) in pax.ExtendedAttributes.Where(one => one.Key.StartsWith(AttributePrefix + "user.", StringComparison.Ordinal)))
            {
                DirectoryEntries.SetAttribute(parent, name, attribute[AttributePrefix.Length..], Encoding.UTF8.GetBytes(value));
            }
        }

        if (entry.EntryType != TarEntryType.Directory)
        {
            (long seconds, long nanoseconds) = TimeOf(entry);
            DirectoryEntries.SetTime(parent, name, seconds, nanoseconds);
        }
    }

    /// <summary>To the nanosecond where the archive has it as text; the reader's own form of it ends at a hundred.</summary>
    private static (long Seconds, long Nanoseconds) TimeOf(TarEntry entry)
    {
        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.TryGetValue("mtime", out string? text)
            && text.Split('.') is [var whole, var fraction] && fraction.Length > 0 && !whole.StartsWith('-') && fraction.All(char.IsAsciiDigit)
            && long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out long exact))
        {
            return (exact, long.Parse(fraction.PadRight(NanosecondDigits, '0').AsSpan(0, NanosecondDigits), CultureInfo.InvariantCulture));
        }

        long ticks = (entry.ModificationTime - DateTimeOffset.UnixEpoch).Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        return rest < 0 ? (seconds - 1, (rest + TimeSpan.TicksPerSecond) * 100) : (seconds, rest * 100);
    }
}
