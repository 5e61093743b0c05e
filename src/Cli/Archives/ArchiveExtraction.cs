using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;
using Wharf.Cli.CommandLine;
using Wharf.Linux;

namespace Wharf.Cli.Archives;

/// <summary>
/// Unpacks what an engine sends. The names and links in it are a container's: every path is resolved inside the folder that is
/// unpacked into, and only the last part of a name is ever made or replaced there. Owners are this user's.
/// </summary>
internal sealed class ArchiveExtraction(string folder)
{
    private const int CopyBuffer = 64 * 1024;
    private const uint FolderMode = 0x1ed;
    private readonly List<(string Path, TarEntry Entry)> folders = [];

    /// <param name="archive">A tar.</param>
    /// <param name="rename">The name of an entry where it is unpacked; null leaves it out.</param>
    /// <returns>Bytes of files.</returns>
    internal long Run(Stream archive, Func<string, string?> rename)
    {
        using FileDescriptor root = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);
        var tree = new RootedTree(root, folder);
        using var reader = new TarReader(archive);
        long bytes = 0;
        while (reader.GetNextEntry() is { } entry)
        {
            if (rename(entry.Name) is { } name && Clean(name) is { Length: > 0 } path)
            {
                bytes += Unpack(tree, path, entry, rename);
            }
        }

        // Last and deepest first: making an entry changes the times of the folder that it is in, and a folder may be read-only.
        foreach ((string path, TarEntry entry) in Enumerable.Reverse(folders))
        {
            (FileDescriptor parent, string last) = tree.Place(path);
            using (parent)
            {
                Files.ChangeMode(parent, last, (uint)entry.Mode);
                SetTime(parent, last, entry);
            }
        }

        return bytes;
    }

    private long Unpack(RootedTree tree, string path, TarEntry entry, Func<string, string?> rename)
    {
        if (entry.EntryType is TarEntryType.Directory)
        {
            CheckFolder(tree, path);
            tree.MakeDirectory(path).Dispose();
            folders.Add((path, entry));
            return 0;
        }

        (FileDescriptor parent, string last) = tree.Place(path);
        using (parent)
        {
            if (DirectoryEntries.Find(parent, last) is { Kind: FileKind.Directory })
            {
                throw new CommandException($"cannot overwrite directory \"{Path.Combine(folder, path)}\" with non-directory");
            }

            Files.RemoveIfThere(parent, last);
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    WriteFile(parent, last, entry);
                    break;
                case TarEntryType.SymbolicLink:
                    Files.MakeLink(parent, last, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    Link(tree, parent, last, rename(entry.LinkName) ?? entry.LinkName);
                    break;
                case TarEntryType.Fifo:
                    Files.MakeNode(parent, last, FileKind.Fifo, (uint)entry.Mode);
                    break;
                case TarEntryType.CharacterDevice or TarEntryType.BlockDevice when entry is PosixTarEntry device:
                    Files.MakeNode(parent, last, entry.EntryType == TarEntryType.BlockDevice ? FileKind.BlockDevice : FileKind.CharacterDevice, (uint)entry.Mode, (uint)device.DeviceMajor, (uint)device.DeviceMinor);
                    break;
                default:
                    return 0;
            }

            if (entry.EntryType is not TarEntryType.HardLink)
            {
                SetTime(parent, last, entry);
            }

            return entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile ? entry.Length : 0;
        }
    }

    private void CheckFolder(RootedTree tree, string path)
    {
        (FileDescriptor parent, string last) = tree.Place(path);
        using (parent)
        {
            if (DirectoryEntries.Find(parent, last) is { Kind: not FileKind.Directory and not FileKind.SymbolicLink })
            {
                throw new CommandException($"cannot overwrite non-directory \"{Path.Combine(folder, path)}\" with directory \"{path}\"");
            }
        }
    }

    private static void WriteFile(FileDescriptor parent, string name, TarEntry entry)
    {
        using FileDescriptor file = Files.OpenAt(parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        if (entry.DataStream is { } data)
        {
            using var stream = new FileStream(new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0);
            data.CopyTo(stream, CopyBuffer);
        }

        Files.ChangeMode(parent, name, (uint)entry.Mode);
    }

    private static void Link(RootedTree tree, FileDescriptor parent, string name, string target)
    {
        (FileDescriptor from, string last) = tree.Place(Clean(target));
        using (from)
        {
            DirectoryEntries.Link(from, last, parent, name);
        }
    }

    private static void SetTime(FileDescriptor parent, string name, TarEntry entry)
    {
        long ticks = entry.ModificationTime.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        DirectoryEntries.SetTime(parent, name, seconds, rest * 100);
    }

    /// <summary>Without "." and "..", which lead nowhere else here.</summary>
    private static string Clean(string name) => string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("." or "..")));
}
