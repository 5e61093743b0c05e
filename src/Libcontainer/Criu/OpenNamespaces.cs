using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>The namespaces that a restored container joins and criu takes as descriptors.</summary>
internal sealed class OpenNamespaces : IDisposable
{
    private readonly List<(string Key, FileDescriptor File)> opened = [];

    internal IReadOnlyList<string> Keys => [.. opened.Select(one => one.Key)];

    internal IReadOnlyList<FileDescriptor> Files => [.. opened.Select(one => one.File)];

    internal static OpenNamespaces Of(RuntimeSpec spec, CriuVersion version)
    {
        var namespaces = new OpenNamespaces();
        foreach ((string key, string path) in ExternalNamespaces.ByDescriptor(spec, version))
        {
            try
            {
                namespaces.opened.Add((key, Linux.Files.Open(path, OpenFlags.ReadOnly)));
            }
            catch (SyscallException error)
            {
                namespaces.Dispose();
                throw new ContainerException($"namespace of path \"{path}\": {ErrnoText.Of(error.Errno)}", error);
            }
        }

        return namespaces;
    }

    public void Dispose() => opened.ForEach(one => one.File.Dispose());
}
