using System.Globalization;
using Wharf.Containerd.Differ;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Differ;

/// <summary>Everything that a layer can say of a tree, a line for each path.</summary>
internal static class TreeListing
{
    internal static IReadOnlyList<string> Of(FileDescriptor root)
    {
        var lines = new List<string>();
        var names = new Dictionary<(ulong, ulong), string>();
        using var top = TreeFolder.Root(root);
        List(top, lines, names);
        return lines;
    }

    private static void List(TreeFolder folder, List<string> lines, Dictionary<(ulong, ulong), string> names)
    {
        foreach (string name in folder.Names)
        {
            FileStatus status = folder.Status(name);
            string path = folder.PathOf(name);
            string line = string.Create(CultureInfo.InvariantCulture, $"{path} {status.Kind} {status.Mode:x} {status.User}:{status.Group}");
            line += status.Kind switch
            {
                FileKind.CharacterDevice => string.Create(CultureInfo.InvariantCulture, $" {status.DeviceMajor}:{status.DeviceMinor}"),
                FileKind.SymbolicLink => " -> " + Files.ReadLink(folder.Descriptor, name),
                FileKind.Regular => " " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content(folder, name)))[..12],
                _ => string.Empty,
            };

            // Times of directories change with what is in them, and no layer says so.
            line += status.Kind == FileKind.Directory ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" at {status.Seconds}");
            line += string.Concat(LayerAttributes.Of(folder.Descriptor, name, status.Kind).Select(one => $" {one.Name}={Convert.ToHexStringLower(one.Value)}"));
            if (TreeChanges.IsLinked(status) && !names.TryAdd((status.Filesystem, status.Inode), path))
            {
                line += " is " + names[(status.Filesystem, status.Inode)];
            }

            lines.Add(line);
            if (status.Kind == FileKind.Directory)
            {
                using TreeFolder inside = folder.Open(name);
                List(inside, lines, names);
            }
        }
    }

    private static byte[] Content(TreeFolder folder, string name)
    {
        using FileDescriptor file = Files.OpenAt(folder.Descriptor, name, OpenFlags.ReadOnly);
        byte[] content = new byte[1 << 16];
        return content[..FileRange.Read(file, content, 0, name)];
    }
}
