using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// The runtime's own /proc by a descriptor that is proved to be procfs, opened before a namespace is joined or the root changes: no
/// mount of the container redirects what is written, not even another file of its own procfs (CVE-2025-52881, CVE-2019-16884).
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

    internal FileDescriptor Directory => directory;

    internal FileDescriptor Open(string path, OpenFlags flags) => Files.OpenAt(directory, path, flags);

    internal void Write(string path, string text)
    {
        using FileDescriptor file = Files.OpenOnMount(directory, path, OpenFlags.WriteOnly);
        Files.WriteText(file, text, "/proc/" + path);
    }

    public void Dispose() => directory.Dispose();
}
