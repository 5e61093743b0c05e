namespace Wharf.Linux;

/// <summary>
/// A directory tree whose content is not trusted: each path is resolved by the kernel inside it, each new entry is made in a
/// directory that is already open.
/// </summary>
public sealed class RootedTree(FileDescriptor root, string name)
{
    // As many as the kernel follows.
    private const int MostLinks = 40;

    public FileDescriptor Root => root;

    /// <summary>
    /// A directory at a path, made with all that is missing above it. Links on the way are followed inside the root, and what a
    /// dangling one leads to is made.
    /// </summary>
    public FileDescriptor MakeDirectory(string path, uint mode = 0x1ed) => Make(path, (above, last) => Files.MakeDirectory(above, last, mode));

    /// <summary>An empty file at a path when nothing is there; its parents are made, and dangling links followed, as for a directory.</summary>
    public FileDescriptor MakeFile(string path, uint mode = 0x1a4) => Make(
        path,
        (above, last) => Files.OpenAt(above, last, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, mode).Dispose());

    private FileDescriptor Make(string path, Action<FileDescriptor, string> make)
    {
        for (int links = 0; links < MostLinks; links++)
        {
            if (Files.FindInRoot(root, path, OpenFlags.Path) is { } found)
            {
                return found;
            }

            (string parent, string last) = Split(path);
            using FileDescriptor above = parent.Length == 0 ? Files.OpenInRoot(root, "/", OpenFlags.Path) : MakeDirectory(parent);
            try
            {
                make(above, last);
            }
            catch (SyscallException error) when (error.Errno == Errno.EEXIST)
            {
                // Made by another container on a shared volume meanwhile, or a link to what is not there.
                if (Files.ReadLink(above, last) is { } target)
                {
                    path = target.StartsWith('/') ? target : $"{parent}/{target}";
                }
            }
        }

        throw new SyscallException("resolve", (int)Errno.ELOOP, name + path);
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
