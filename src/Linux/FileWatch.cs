namespace Wharf.Linux;

/// <summary>inotify(7): a descriptor that is readable when a file was written to.</summary>
public static unsafe class FileWatch
{
    public static FileDescriptor Open(string path)
    {
        const int nonBlockingCloseOnExec = 0x80800;
        const uint modified = 2;
        var watch = new FileDescriptor(Libc.Check(Libc.inotify_init1(nonBlockingCloseOnExec), "inotify_init1"));
        try
        {
            Libc.Check(Libc.inotify_add_watch(watch.Number, path, modified), "inotify_add_watch", path);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Takes what has come, so that the next change is told.</summary>
    public static void Take(FileDescriptor watch)
    {
        const int size = 4096;
        byte* events = stackalloc byte[size];
        while (Libc.read(watch.Number, events, size) > 0)
        {
        }
    }
}
