namespace Wharf.Linux;

/// <summary>
/// A directory tree whose content is not trusted: each path is resolved by the kernel inside it, each new entry is made in a
/// directory that is already open.
/// </summary>
public sealed class RootedTree(FileDescriptor root, string name)
{
    public FileDescriptor Root => root;

    /// <summary>A directory at a path, made with all that is missing above it; links on the way are followed inside the root.</summary>
    public FileDescriptor MakeDirectory(string path, uint mode = 0x1ed)
    {
        FileDescriptor? found = Files.FindInRoot(root, path, OpenFlags.Path);
        if (found is not null)
        {
            return found;
        }

        (string parent, string last) = Split(path);
        using FileDescriptor above = parent.Length == 0 ? Files.OpenInRoot(root, "/", OpenFlags.Path) : MakeDirectory(parent, mode);
        try
        {
            Files.MakeDirectory(above, last, mode);
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            // Made by another container on a shared volume, or a dangling link: the open below tells.
        }

        return Files.OpenInRoot(root, path, OpenFlags.Path | OpenFlags.Directory);
    }

    /// <summary>An empty file at a path when nothing is there; its parents are made.</summary>
    public FileDescriptor MakeFile(string path, uint mode = 0x1ed)
    {
        FileDescriptor? found = Files.FindInRoot(root, path, OpenFlags.Path);
        if (found is not null)
        {
            return found;
        }

        (string parent, string last) = Split(path);
        using FileDescriptor above = parent.Length == 0 ? Files.OpenInRoot(root, "/", OpenFlags.Path) : MakeDirectory(parent);
        try
        {
            using FileDescriptor made = Files.OpenAt(above, last, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, mode & 0x1b6);
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            // The same as for a directory.
        }

        return Files.OpenInRoot(root, path, OpenFlags.Path);
    }

    /// <summary>The parent directory of a path, open, and the last name.</summary>
    public (FileDescriptor Parent, string Name) Place(string path)
    {
        (string parent, string last) = Split(path);
        return (parent.Length == 0 ? Files.OpenInRoot(root, "/", OpenFlags.Path) : MakeDirectory(parent), last);
    }

    private (string Parent, string Last) Split(string path)
    {
        string trimmed = path.TrimEnd('/');
        int slash = trimmed.LastIndexOf('/');
        string last = trimmed[(slash + 1)..];
        return last is "" or "." or ".."
            ? throw new SyscallException("resolve", (int)Errno.EINVAL, name + path)
            : (slash <= 0 ? string.Empty : trimmed[..slash], last);
    }
}
