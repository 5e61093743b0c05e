using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Writes one value of a control file, naming file and value when the kernel refuses.</summary>
internal static class ControlFile
{
    internal static void Write(string folder, string file, string value)
    {
        if (TryWrite(folder, file, value) is { } errno)
        {
            throw Refused(folder, file, value, errno);
        }
    }

    /// <summary>Null when it was taken, else why it was not.</summary>
    internal static Errno? TryWrite(string folder, string file, string value)
    {
        try
        {
            CgroupFiles.WriteText(Path.Combine(folder, file), value);
            return null;
        }
        catch (SyscallException error)
        {
            return error.Errno;
        }
    }

    internal static ContainerException Refused(string folder, string file, string value, Errno errno) =>
        new($"failed to write \"{value}\": write {folder}/{file}: {ErrnoText.Of(errno)}");
}
