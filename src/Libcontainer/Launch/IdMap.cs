using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>uid_map and gid_map of a user namespace: user_namespaces(7).</summary>
internal static class IdMap
{
    internal static void Write(int process, IReadOnlyList<IdMapping>? users, IReadOnlyList<IdMapping>? groups)
    {
        Write(process, users, "uid_map");
        Write(process, groups, "gid_map");
    }

    private static void Write(int process, IReadOnlyList<IdMapping>? mappings, string file)
    {
        if (mappings is { Count: > 0 })
        {
            try
            {
                Files.WriteText($"/proc/{process}/{file}", string.Join('\n', mappings.Select(mapping => $"{mapping.ContainerID} {mapping.HostID} {mapping.Size}")) + "\n");
            }
            catch (SyscallException error)
            {
                throw new ContainerException($"write {file} \"{string.Join(", ", mappings.Select(mapping => $"{mapping.ContainerID} {mapping.HostID} {mapping.Size}"))}\": {ErrnoText.Of(error.Errno)}", error);
            }
        }
    }
}
