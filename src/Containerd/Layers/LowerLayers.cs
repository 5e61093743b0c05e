using Wharf.Linux;

namespace Wharf.Containerd.Layers;

/// <summary>What lies below a layer: a directory that it does not mention keeps the owner and mode that it has there.</summary>
internal sealed class LowerLayers(IReadOnlyList<string> folders) : IDisposable
{
    private readonly List<FileDescriptor> roots = [.. folders.Select(folder => Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory))];

    /// <summary>Gives a new directory what the nearest layer below has at the same path.</summary>
    public void Imitate(string path, FileDescriptor place, string name)
    {
        foreach (FileDescriptor root in roots)
        {
            using FileDescriptor? same = Files.FindInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (same is null)
            {
                continue;
            }

            FileStatus status = Files.Status(same, path);
            DirectoryEntries.ChangeOwner(place, name, status.User, status.Group);
            CopyAttributes(same, ".", place, name);
            Files.ChangeMode(place, name, status.Mode);
            return;
        }
    }

    /// <summary>Copies a file of the layers below.</summary>
    public void CopyUp(string path, FileDescriptor place, string name, byte[] buffer, string entry)
    {
        (string folder, string last) = EntryPath.Split(path);
        foreach (FileDescriptor root in roots)
        {
            using FileDescriptor? there = Files.FindInRoot(root, folder.Length == 0 ? "." : folder, OpenFlags.ReadOnly | OpenFlags.Directory);
            if (there is null || DirectoryEntries.Find(there, last) is not { Kind: FileKind.Regular } status)
            {
                continue;
            }

            using FileDescriptor source = Files.OpenAt(there, last, OpenFlags.ReadOnly | OpenFlags.NoFollow);
            using (FileDescriptor copy = Files.OpenAt(place, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180))
            {
                int count;
                while ((count = Files.Read(source, buffer, path)) > 0)
                {
                    Files.Write(copy, buffer.AsSpan(0, count), name);
                }
            }

            DirectoryEntries.ChangeOwner(place, name, status.User, status.Group);
            CopyAttributes(there, last, place, name);
            Files.ChangeMode(place, name, status.Mode);
            return;
        }

        throw new InvalidDataException($"apply layer: entry \"{entry}\": link to \"{path}\": no such file");
    }

    public void Dispose() => roots.ForEach(root => root.Dispose());

    private static void CopyAttributes(FileDescriptor from, string source, FileDescriptor place, string name)
    {
        foreach (string attribute in DirectoryEntries.AttributeNames(from, source).Where(attribute => !attribute.StartsWith("trusted.overlay.", StringComparison.Ordinal)))
        {
            if (DirectoryEntries.FindAttribute(from, source, attribute) is { } value)
            {
                DirectoryEntries.SetAttribute(place, name, attribute, value);
            }
        }
    }
}
