using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>
/// Files of cgroups by their path, from a descriptor of /sys/fs/cgroup on, which stays open as long as this process lives. A path that
/// begins at the root is looked up in sysfs first, and each of its steps there waits for a lock that every new network namespace takes
/// for its devices: with two hundred containers at once that was two thirds of all waiting.
/// </summary>
internal static class CgroupFiles
{
    private const string Usual = "/sys/fs/cgroup";
    private static FileDescriptor? top;
    private static bool sought;

    internal static FileDescriptor Open(string path, OpenFlags flags) => Files.OpenAt(Below(path, out string rest), rest, flags, operand: path);

    internal static string? TryReadText(string path) => Files.TryReadText(Below(path, out string rest), rest, path);

    internal static void WriteText(string path, string text)
    {
        using FileDescriptor file = Open(path, OpenFlags.WriteOnly);
        Files.WriteText(file, text, path);
    }

    /// <summary>Null when there is no such file.</summary>
    internal static FileStatus? Find(string path) => Files.Find(Below(path, out string rest), rest, path);

    internal static Errno? TryMakeDirectory(string path, uint mode) => Files.TryMakeDirectory(Below(path, out string rest), rest, mode, path);

    internal static Errno? TryRemoveDirectory(string path) => Files.TryRemoveDirectory(Below(path, out string rest), rest);

    /// <summary>The descriptor and what is left of the path; none for a hierarchy that is mounted elsewhere.</summary>
    private static FileDescriptor? Below(string path, out string rest)
    {
        if (path.Length > Usual.Length + 1 && path[Usual.Length] == '/' && path.StartsWith(Usual, StringComparison.Ordinal) && Top() is { } folder)
        {
            rest = path[(Usual.Length + 1)..];
            return folder;
        }

        rest = path;
        return null;
    }

    private static FileDescriptor? Top()
    {
        if (!sought)
        {
            sought = true;
            try
            {
                top = Files.Open(Usual, OpenFlags.Path | OpenFlags.Directory);
            }
            catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES)
            {
            }
        }

        return top;
    }
}
