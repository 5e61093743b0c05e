using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>
/// Places on the host where something is mounted for the short time until the runtime has taken it over: what can only be reached by a
/// descriptor has no path that another mount namespace would know. They are below the exec root, where nothing is deleted with its content.
/// </summary>
internal sealed class HostPlaces
{
    private readonly string folder;
    private long last;

    internal HostPlaces(string execRoot)
    {
        folder = Path.Combine(execRoot, "mounts");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string left in Directory.EnumerateFileSystemEntries(folder))
        {
            // Of a daemon that was killed.
            Release(left);
        }
    }

    /// <summary>Mounts a detached tree; the path of it.</summary>
    internal string Mount(FileDescriptor tree)
    {
        string place = Path.Combine(folder, Interlocked.Increment(ref last).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (Files.Status(tree, place).Kind == FileKind.Directory)
        {
            Directory.CreateDirectory(place);
        }
        else
        {
            File.WriteAllBytes(place, []);
        }

        try
        {
            using FileDescriptor target = Files.Open(place, OpenFlags.Path);
            Mounts.Attach(tree, target, place);
            return place;
        }
        catch
        {
            Release(place);
            throw;
        }
    }

    /// <summary>Takes a place away; what it showed stays as it is.</summary>
    internal static void Release(string place)
    {
        try
        {
            Mounts.Unmount(place, detach: true);
        }
        catch (SyscallException error) when (error.Errno == Errno.EINVAL)
        {
            // Nothing is mounted there.
        }

        if (File.Exists(place))
        {
            File.Delete(place);
        }
        else
        {
            Directory.Delete(place, recursive: false);
        }
    }
}
