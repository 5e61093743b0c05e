using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// /proc by a descriptor that is proved to be procfs, so that no mount of the container redirects what is written
/// (CVE-2025-52881). Opened before the root changes.
/// </summary>
internal sealed class ProcFiles : IDisposable
{
    private const long ProcMagic = 0x9fa0;
    private readonly FileDescriptor directory;

    internal ProcFiles()
    {
        directory = Files.Open("/proc", OpenFlags.ReadOnly | OpenFlags.Directory);
        if (Files.FilesystemType(directory, "/proc") != ProcMagic)
        {
            throw new ContainerException("\"/proc\" is not procfs");
        }
    }

    internal FileDescriptor Open(string path, OpenFlags flags) => Files.OpenAt(directory, path, flags);

    internal void Write(string path, string text)
    {
        using FileDescriptor file = Open(path, OpenFlags.WriteOnly);
        if (Files.FilesystemType(file, path) != ProcMagic)
        {
            throw new ContainerException($"\"/proc/{path}\" is not on procfs");
        }

        Files.WriteText(file, text, "/proc/" + path);
    }

    public void Dispose() => directory.Dispose();
}
