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

    private static long Below(FileDescriptor folder, string path, HashSet<(ulong Filesystem, ulong Inode)> counted)
    {
        long sum = 0;
        foreach ((string name, _) in DirectoryEntries.Read(folder, path))
        {
            if (DirectoryEntries.Find(folder, name) is not { } status || (status.Links > 1 && status.Kind != FileKind.Directory && !counted.Add((status.Filesystem, status.Inode))))
            {
                continue;
            }

            sum += (long)status.Allocated;
            if (status.Kind != FileKind.Directory)
            {
                continue;
            }

            try
            {
                using FileDescriptor below = Files.OpenAt(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                sum += Below(below, name, counted);
            }
            catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                // Removed meanwhile.
            }
        }

        return sum;
    }
}
