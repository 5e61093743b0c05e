using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>Whole trees of files whose names and links are not trusted.</summary>
internal static class DirectoryTree
{
    // Each is a descriptor of this process; no path of the kernel's has more.
    private const int DeepestTree = 2048;

    /// <summary>Removes it; a link is removed itself, and what another mount shows below it is an error.</summary>
    public static void Remove(string folder) => FolderRemoval.Remove(folder);

    /// <summary>Bytes on the disk and inodes, a file with several names counted once.</summary>
    public static (long Size, long Inodes) Usage(string folder)
    {
        var seen = new HashSet<(ulong, ulong)>();
        var open = new Stack<(FileDescriptor Folder, Queue<string> Left)>();
        try
        {
            FileDescriptor root = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
            open.Push((root, Names(root, folder)));
            long size = Count(Files.Status(root, folder), seen);
            while (open.TryPeek(out (FileDescriptor Folder, Queue<string> Left) here))
            {
                if (here.Left.TryDequeue(out string? name))
                {
                    size += Count(here.Folder, name, seen, open);
                }
                else
                {
                    open.Pop().Folder.Dispose();
                }
            }

            return (size, seen.Count);
        }
        finally
        {
            foreach ((FileDescriptor rest, _) in open)
            {
                rest.Dispose();
            }
        }
    }

    private static long Count(FileDescriptor folder, string name, HashSet<(ulong, ulong)> seen, Stack<(FileDescriptor Folder, Queue<string> Left)> open)
    {
        try
        {
            FileStatus status = Files.StatusAt(folder, name, name);
            if (status.Kind == FileKind.Directory)
            {
                if (open.Count == DeepestTree)
                {
                    throw new IOException($"measure snapshot: \"{name}\": more than {DeepestTree} levels of directories");
                }

                FileDescriptor inside = Files.OpenAt(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                open.Push((inside, Names(inside, name)));
            }

            return Count(status, seen);
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            // A container may remove it meanwhile.
            return 0;
        }
    }

    private static Queue<string> Names(FileDescriptor folder, string operand) => new(DirectoryEntries.Read(folder, operand).Select(entry => entry.Name));

    private static long Count(FileStatus status, HashSet<(ulong, ulong)> seen) =>
        seen.Add((status.Filesystem, status.Inode)) ? (long)status.Allocated : 0;
}
