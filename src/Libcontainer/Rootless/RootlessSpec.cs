using System.Globalization;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Rootless;

/// <summary>What a user without privileges may ask for: refused before anything is made, in the words that callers know.</summary>
internal static class RootlessSpec
{
    internal static void Check(RuntimeSpec spec)
    {
        if (CurrentProcess.EffectiveUserId == 0)
        {
            return;
        }

        LinuxPlatform? linux = spec.Linux;
        Namespace users = linux?.Namespaces?.FirstOrDefault(one => one.Type == "user") ?? throw new ContainerException("rootless container requires user namespaces");
        if (users.Path is null or "")
        {
            Require(linux!.UidMappings, "UID");
            Require(linux.GidMappings, "GID");
            foreach (Mount mount in spec.Mounts ?? [])
            {
                foreach (string option in mount.Options ?? [])
                {
                    CheckOwner(option, "uid=", linux.UidMappings!, "user");
                    CheckOwner(option, "gid=", linux.GidMappings!, "group");
                }
            }
        }

        if (linux!.NetDevices is { Count: > 0 })
        {
            throw new ContainerException("network devices are not supported for rootless containers");
        }

        if (spec.Mounts?.Any(mount => mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 }) == true)
        {
            throw new ContainerException("id-mapped mounts are not supported for rootless containers");
        }
    }

    private static void Require(IReadOnlyList<IdMapping>? mappings, string kind)
    {
        if (mappings is not { Count: > 0 })
        {
            throw new ContainerException($"rootless containers requires at least one {kind} mapping");
        }
    }

    private static void CheckOwner(string option, string prefix, IReadOnlyList<IdMapping> mappings, string kind)
    {
        if (option.StartsWith(prefix, StringComparison.Ordinal)
            && uint.TryParse(option.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
            && !mappings.Any(mapping => id >= mapping.ContainerID && id - mapping.ContainerID < mapping.Size))
        {
            throw new ContainerException($"cannot specify {option} mount option for rootless container: user namespaces enabled, but no {kind} mapping found");
        }
    }
}
