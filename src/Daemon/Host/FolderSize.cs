using Wharf.Linux;

namespace Wharf.Daemon.Host;

/// <summary>Bytes that a folder takes on the disk, as du counts: blocks, each file once however many names it has.</summary>
internal static class FolderSize
{
    internal static long Of(string path)
    {
        try
        {
            using FileDescriptor folder = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
            return (long)Files.Status(folder, path).Allocated + Below(folder, path, []);
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            return 0;
        }
    }

    /// <summary>Only the directory at hand is open, and the way back is "..": containers can nest them deeper than a process has descriptors for.</summary>
    private static long Below(FileDescriptor folder, string path, HashSet<(ulong Filesystem, ulong Inode)> counted)
    {
        FileDescriptor here = Files.OpenAt(folder, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            long sum = 0;
            var above = new Stack<(FileStatus Folder, Queue<string> Left)>();
            Queue<string> left = Count(here, path, counted, ref sum);
            while (true)
            {
                if (left.TryDequeue(out string? next))
                {
                    FileStatus status = Files.Status(here, path);
                    if (Step(ref here, next, OpenFlags.NoFollow))
                    {
                        above.Push((status, left));
                        left = Count(here, next, counted, ref sum);
                    }

                    continue;
                }

                // A directory that was moved meanwhile has another one above it: what was there is not counted twice.
                if (!above.TryPop(out (FileStatus Folder, Queue<string> Left) last) || !Step(ref here, "..", 0) || !IsSame(Files.Status(here, path), last.Folder))
                {
                    return sum;
                }

                left = last.Left;
            }
        }
        finally
        {
            here.Dispose();
        }
    }

    private static bool IsSame(FileStatus one, FileStatus other) => (one.Filesystem, one.Inode) == (other.Filesystem, other.Inode);

    /// <summary>Adds what is in a directory; the directories below it.</summary>
    private static Queue<string> Count(FileDescriptor folder, string path, HashSet<(ulong Filesystem, ulong Inode)> counted, ref long sum)
    {
        var below = new Queue<string>();
        foreach ((string name, _) in DirectoryEntries.Read(folder, path))
        {
            if (DirectoryEntries.Find(folder, name) is not { } status || (status.Links > 1 && status.Kind != FileKind.Directory && !counted.Add((status.Filesystem, status.Inode))))
            {
                continue;
            }

            sum += (long)status.Allocated;
            if (status.Kind == FileKind.Directory)
            {
                below.Enqueue(name);
            }
        }

        return below;
    }

    private static bool Step(ref FileDescriptor here, string name, OpenFlags more)
    {
        try
        {
            FileDescriptor there = Files.OpenAt(here, name, OpenFlags.ReadOnly | OpenFlags.Directory | more);
            here.Dispose();
            here = there;
            return true;
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            // Removed meanwhile.
            return false;
        }
    }
}
