namespace Wharf.Linux;

/// <summary>
/// Removes a directory with all that is in it, whatever a container has made there: names of any bytes, more levels than a path
/// or a process has room for. Another mount below it is an error, and what the mount shows stays.
/// </summary>
public static class FolderRemoval
{
    public static void Remove(string folder)
    {
        FileDescriptor here = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            ulong mount = Files.Status(here, folder).MountId;
            var above = new Stack<(string Name, Queue<string> Left)>();
            Queue<string> left = Empty(here, folder);
            while (true)
            {
                if (left.TryDequeue(out string? next))
                {
                    // Only the directory at hand is open; the way back is "..".
                    Step(ref here, next);
                    if (Files.Status(here, next).MountId != mount)
                    {
                        throw new SyscallException("rmdir", (int)Errno.EBUSY, $"{folder}/…/{next}");
                    }

                    above.Push((next, left));
                    left = Empty(here, next);
                }
                else if (above.TryPop(out (string Name, Queue<string> Left) parent))
                {
                    Step(ref here, "..");
                    Files.Remove(here, parent.Name, directory: true);
                    left = parent.Left;
                }
                else
                {
                    break;
                }
            }
        }
        finally
        {
            here.Dispose();
        }

        Files.Remove(null, folder, directory: true);
    }

    /// <summary>Removes everything but directories, and gives their names.</summary>
    private static Queue<string> Empty(FileDescriptor folder, string operand)
    {
        var folders = new Queue<string>();
        foreach ((string name, FileKind? kind) in DirectoryEntries.Read(folder, operand))
        {
            if ((kind ?? Files.StatusAt(folder, name, name).Kind) == FileKind.Directory)
            {
                folders.Enqueue(name);
            }
            else
            {
                Files.Remove(folder, name);
            }
        }

        return folders;
    }

    private static void Step(ref FileDescriptor here, string name)
    {
        FileDescriptor next = Files.OpenAt(here, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        here.Dispose();
        here = next;
    }
}
