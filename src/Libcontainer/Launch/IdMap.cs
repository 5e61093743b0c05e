using Wharf.Libcontainer.Rootless;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>uid_map and gid_map of a user namespace: user_namespaces(7).</summary>
internal static class IdMap
{
    internal static void Write(int process, IReadOnlyList<IdMapping>? users, IReadOnlyList<IdMapping>? groups)
    {
        bool privileged = CurrentProcess.EffectiveUserId == 0;
        Write(process, users, "uid_map", privileged ? null : "newuidmap");
        if (!privileged && IsOwnGroupAlone(groups))
        {
            // The kernel takes a group's map of a user only when the namespace gives up setgroups(2).
            Files.WriteText($"/proc/{process}/setgroups", "deny");
        }

        Write(process, groups, "gid_map", privileged ? null : "newgidmap");
    }

    private static bool IsOwnGroupAlone(IReadOnlyList<IdMapping>? groups) =>
        groups is [{ ContainerID: 0, Size: 1 } only] && only.HostID == CurrentProcess.EffectiveGroupId;

    private static void Write(int process, IReadOnlyList<IdMapping>? mappings, string file, string? tool)
    {
        if (mappings is not { Count: > 0 })
        {
            return;
        }

        try
        {
            Files.WriteText($"/proc/{process}/{file}", string.Join('\n', mappings.Select(mapping => $"{mapping.ContainerID} {mapping.HostID} {mapping.Size}")) + "\n");
        }
        catch (SyscallException error) when (error.Errno == Errno.EPERM && tool is not null)
        {
            MappingTool.Run(tool, process, mappings);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"write {file} \"{string.Join(", ", mappings.Select(mapping => $"{mapping.ContainerID} {mapping.HostID} {mapping.Size}"))}\": {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
