namespace Wharf.Linux;

/// <summary>What has to be on the disk before it is acknowledged.</summary>
public static class Durability
{
    /// <summary>syncfs(2): all of the filesystem that a path is on, and the errors that its writes met since.</summary>
    public static void SyncFilesystem(string path)
    {
        using FileDescriptor file = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        Libc.Check(Libc.syncfs(file.Number), "syncfs", path);
    }

    /// <summary>fsync(2) of a directory: the names in it.</summary>
    public static void SyncDirectory(string path)
    {
        using FileDescriptor file = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        Libc.Check(Libc.fsync(file.Number), "fsync", path);
    }
}
