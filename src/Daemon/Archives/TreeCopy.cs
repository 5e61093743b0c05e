using Wharf.Daemon.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Archives;

/// <summary>Copies what is in one open directory into another: owners, modes, times, links, devices, attributes and hard links too.</summary>
internal sealed class TreeCopy(UserMapping? mapping)
{
    private const uint PermissionBits = 0xfff;
    private readonly Dictionary<(ulong Filesystem, ulong Inode), (FileDescriptor Folder, string Name)> linked = [];

    /// <summary>The directory itself gets owner and mode of the other.</summary>
    /// <param name="mapping">Who the owners of what is copied are on the host; null: the same.</param>
    internal static void Run(FileDescriptor from, FileDescriptor to, UserMapping? mapping = null)
    {
        var copy = new TreeCopy(mapping);
        try
        {
            FileStatus status = Files.Status(from, "source");
            copy.Fill(from, to);
            Files.ChangeOwner(to, mapping?.UserOnHost(status.User) ?? status.User, mapping?.GroupOnHost(status.Group) ?? status.Group, "copy");
            Files.ChangeMode(to, ".", status.Mode & PermissionBits);
            DirectoryEntries.SetTime(to, status.Seconds, status.Nanoseconds, "copy");
        }
        finally
        {
            foreach ((FileDescriptor folder, _) in copy.linked.Values)
            {
                folder.Dispose();
            }
        }
    }

    /// <returns>How many entries there were.</returns>
    private int Fill(FileDescriptor from, FileDescriptor to)
    {
        int count = 0;
        foreach ((string name, _) in DirectoryEntries.Read(from, "copy"))
        {
            count++;
            using FileDescriptor entry = Files.OpenAt(from, name, OpenFlags.Path | OpenFlags.NoFollow);
            FileStatus status = Files.Status(entry, name);
            if (status.Links > 1 && status.Kind != FileKind.Directory && linked.TryGetValue((status.Filesystem, status.Inode), out (FileDescriptor Folder, string Name) first))
            {
                DirectoryEntries.Link(first.Folder, first.Name, to, name);
                continue;
            }

            switch (status.Kind)
            {
                case FileKind.Directory:
                    Files.MakeDirectory(to, name, 0x1c0);
                    using (FileDescriptor below = Files.Reopen(entry, OpenFlags.ReadOnly | OpenFlags.Directory, name))
                    using (FileDescriptor made = Files.OpenAt(to, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow))
                    {
                        DeepCall.Run(() => Fill(below, made));
                    }

                    break;
                case FileKind.Regular:
                    CopyContent(entry, to, name);
                    break;
                case FileKind.SymbolicLink:
                    Files.MakeLink(to, name, Files.ReadLink(from, name) ?? throw new SyscallException("readlink", (int)Errno.EINVAL, name));
                    break;
                case FileKind.Socket:
                    continue;
                default:
                    Files.MakeNode(to, name, status.Kind, 0x180, status.DeviceMajor, status.DeviceMinor);
                    break;
            }

            Describe(from, to, name, status);
            if (status.Links > 1 && status.Kind != FileKind.Directory)
            {
                linked[(status.Filesystem, status.Inode)] = (Files.DuplicateCloseOnExec(to), name);
            }
        }

        return count;
    }

    /// <summary>The owner before the mode, which chown(2) cuts, and before the attributes, of which it takes the capability away.</summary>
    private void Describe(FileDescriptor from, FileDescriptor to, string name, FileStatus status)
    {
        DirectoryEntries.ChangeOwner(to, name, mapping?.UserOnHost(status.User) ?? status.User, mapping?.GroupOnHost(status.Group) ?? status.Group);
        if (status.Kind != FileKind.SymbolicLink)
        {
            Files.ChangeMode(to, name, status.Mode & PermissionBits);
        }

        foreach (string attribute in DirectoryEntries.AttributeNames(from, name).Where(one => one == "security.capability" || one.StartsWith("user.", StringComparison.Ordinal)))
        {
            if (DirectoryEntries.FindAttribute(from, name, attribute) is { } value)
            {
                DirectoryEntries.SetAttribute(to, name, attribute, value);
            }
        }

        DirectoryEntries.SetTime(to, name, status.Seconds, status.Nanoseconds);
    }

    private static void CopyContent(FileDescriptor entry, FileDescriptor to, string name)
    {
        using FileDescriptor source = Files.Reopen(entry, OpenFlags.ReadOnly, name);
        using FileDescriptor target = Files.OpenAt(to, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        byte[] buffer = new byte[1 << 17];
        while (Files.Read(source, buffer, name) is > 0 and int count)
        {
            Files.Write(target, buffer.AsSpan(0, count), name);
        }
    }
}
