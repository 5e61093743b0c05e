namespace Wharf.Linux.Tests;

public sealed class FolderRemovalTests
{
    [Fact]
    public void A_tree_deeper_than_any_path_is_removed()
    {
        using var folder = new RemovedFolder();
        const int levels = 5000;
        FileDescriptor here = Files.Open(folder.Path, OpenFlags.ReadOnly | OpenFlags.Directory);
        for (int level = 0; level < levels; level++)
        {
            Files.MakeDirectory(here, "level", 0x1ed);
            FileDescriptor next = Files.OpenAt(here, "level", OpenFlags.ReadOnly | OpenFlags.Directory);
            here.Dispose();
            here = next;
        }

        here.Dispose();

        FolderRemoval.Remove(folder.Path);

        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public void Links_are_removed_and_what_they_point_to_stays()
    {
        using var folder = new RemovedFolder();
        using var other = new RemovedFolder();
        File.WriteAllText($"{other.Path}/kept", "x");
        Directory.CreateDirectory($"{folder.Path}/a/b");
        Directory.CreateSymbolicLink($"{folder.Path}/a/link", other.Path);

        FolderRemoval.Remove(folder.Path);

        Assert.True(File.Exists($"{other.Path}/kept"));
        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public void A_mount_below_is_an_error_and_what_it_shows_stays()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounts need root");
        using var folder = new RemovedFolder();
        using var other = new RemovedFolder();
        File.WriteAllText($"{other.Path}/kept", "x");
        string point = Directory.CreateDirectory($"{folder.Path}/mounted").FullName;
        Mounts.Mount(other.Path, point, null, MountFlags.Bind);
        try
        {
            SyscallException error = Assert.Throws<SyscallException>(() => FolderRemoval.Remove(folder.Path));

            Assert.Equal(Errno.EBUSY, error.Errno);
            Assert.True(File.Exists($"{other.Path}/kept"));
        }
        finally
        {
            Mounts.Unmount(point, detach: true);
        }
    }
}
