using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Writes one value of a control file, naming file and value when the kernel refuses.</summary>
internal static class ControlFile
{
    internal static void Write(string folder, string file, string value)
    {
        try
        {
            Files.WriteText(Path.Combine(folder, file), value);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"failed to write \"{value}\": write {folder}/{file}: {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
