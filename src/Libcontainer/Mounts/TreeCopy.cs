using Wharf.Linux;

namespace Wharf.Libcontainer.Mounts;

/// <summary>Copies what an image has at a place into the tmpfs that covers it: tmpcopyup. Each level is open, and no link is followed.</summary>
internal static class TreeCopy
{
    private const uint PermissionBits = 0xfff;

    internal static void Into(FileDescriptor source, FileDescriptor target, string operand)
    {
        using FileDescriptor listing = Files.OpenAt(source, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string name in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{listing.Number}").Select(path => Path.GetFileName(path)!))
        {
            Entry(listing, target, name, $"{operand}/{name}");
        }
    }

    private static void Entry(FileDescriptor source, FileDescriptor target, string name, string operand)
    {
        FileStatus status = DirectoryEntries.Find(source, name) ?? throw new ContainerException($"tmpcopyup \"{operand}\": no such file or directory");
        switch (status.Kind)
        {
            case FileKind.Directory:
                Files.MakeDirectory(target, name, 0x1c0);
                using (FileDescriptor from = Files.OpenAt(source, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow))
                using (FileDescriptor to = Files.OpenAt(target, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow))
                {
                    Into(from, to, operand);
                }

                break;
            case FileKind.Regular:
                Contents(source, target, name, operand);
                break;
            case FileKind.SymbolicLink:
                Files.MakeLink(target, name, Files.ReadLink(source, name) ?? throw new ContainerException($"tmpcopyup \"{operand}\": link cannot be read"));
                DirectoryEntries.ChangeOwner(target, name, status.User, status.Group);
                return;
            case FileKind.Socket:
                return;
            default:
                Files.MakeNode(target, name, status.Kind, 0x180, status.DeviceMajor, status.DeviceMinor);
                break;
        }

        DirectoryEntries.ChangeOwner(target, name, status.User, status.Group);

        // After the owner, whose change takes the set-id bits away.
        Files.ChangeMode(target, name, status.Mode & PermissionBits);
    }

    private static void Contents(FileDescriptor source, FileDescriptor target, string name, string operand)
    {
        using FileDescriptor from = Files.OpenAt(source, name, OpenFlags.ReadOnly | OpenFlags.NoFollow);
        using FileDescriptor to = Files.OpenAt(target, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        byte[] buffer = new byte[65536];
        for (int count = Files.Read(from, buffer, operand); count > 0; count = Files.Read(from, buffer, operand))
        {
            Files.Write(to, buffer.AsSpan(0, count), operand);
        }
    }
}
