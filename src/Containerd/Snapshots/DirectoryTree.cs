using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>Whole trees of files whose names and links are not trusted.</summary>
internal static class DirectoryTree
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    /// <summary>Removes it; a link is removed itself, and what another mount shows below it is an error.</summary>
    public static void Remove(string folder) => Directory.Delete(folder, recursive: true);

    /// <summary>Bytes on the disk and inodes, a file with several names counted once.</summary>
    public static (long Size, long Inodes) Usage(string folder)
    {
        long size = 0;
        var seen = new HashSet<ulong>();
        var waiting = new Stack<string>([folder]);
        while (waiting.TryPop(out string? next))
        {
            size += Count(next, seen);
            foreach (FileSystemInfo entry in new DirectoryInfo(next).EnumerateFileSystemInfos("*", Everything))
            {
                if (entry.Attributes.HasFlag(FileAttributes.Directory) && entry.LinkTarget is null)
                {
                    waiting.Push(entry.FullName);
                }
                else
                {
                    size += Count(entry.FullName, seen);
                }
            }
        }

        return (size, seen.Count);
    }

    private static long Count(string path, HashSet<ulong> seen)
    {
        try
        {
            using FileDescriptor file = Files.Open(path, OpenFlags.Path | OpenFlags.NoFollow);
            FileStatus status = Files.Status(file, path);
            return seen.Add(status.Inode) ? (long)((status.Size + 4095) / 4096 * 4096) : 0;
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            // A container may remove it meanwhile.
            return 0;
        }
    }
}
