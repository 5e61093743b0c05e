using Wharf.Libcontainer.Launch;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config-linux.md, "Namespaces" and "User namespace mappings".</summary>
internal static class NamespaceCheck
{
    internal static bool Has(LinuxPlatform linux, string type) => Find(linux, type) is not null;

    internal static Namespace? Find(LinuxPlatform linux, string type)
    {
        foreach (Namespace one in linux.Namespaces ?? [])
        {
            if (one.Type == type)
            {
                return one;
            }
        }

        return null;
    }

    internal static void Check(LinuxPlatform linux)
    {
        var seen = new HashSet<string>();
        for (int index = 0; index < (linux.Namespaces?.Count ?? 0); index++)
        {
            string type = linux.Namespaces![index].Type;
            if (!NamespacePlan.Knows(type))
            {
                throw Fault.At($"linux.namespaces[{index}].type", $"namespace \"{type}\" does not exist");
            }

            if (!seen.Add(type))
            {
                throw Fault.At($"linux.namespaces[{index}].type", $"malformed spec file: duplicated ns \"{type}\"");
            }
        }

        Mappings(linux);
        Fault.Within("linux.timeOffsets", () => TimeOffsets.Lines(linux));
    }

    /// <summary>Ranges of user_namespaces(7): neither empty nor beyond the last id.</summary>
    internal static void Ranges(IReadOnlyList<IdMapping>? mappings, string place)
    {
        for (int index = 0; index < (mappings?.Count ?? 0); index++)
        {
            IdMapping mapping = mappings![index];
            if (mapping.Size == 0)
            {
                throw Fault.At($"{place}[{index}].size", "0 ids are no range");
            }

            if (mapping.ContainerID + (ulong)mapping.Size > uint.MaxValue || mapping.HostID + (ulong)mapping.Size > uint.MaxValue)
            {
                throw Fault.At($"{place}[{index}].size", $"{mapping.Size} ids from {Math.Max(mapping.ContainerID, mapping.HostID)} on are beyond the last id");
            }
        }
    }

    private static void Mappings(LinuxPlatform linux)
    {
        bool some = linux.UidMappings is { Count: > 0 } || linux.GidMappings is { Count: > 0 };
        string place = linux.UidMappings is { Count: > 0 } ? "linux.uidMappings" : "linux.gidMappings";
        Namespace? users = Find(linux, "user");
        if (users is null && some)
        {
            throw Fault.At(place, "user namespace mappings specified, but user namespace isn't enabled in the config");
        }

        if (users is { Path: null or "" } && !some)
        {
            throw Fault.At("linux.uidMappings", "user namespaces enabled, but no namespace path to join nor mappings to apply specified");
        }

        Ranges(linux.UidMappings, "linux.uidMappings");
        Ranges(linux.GidMappings, "linux.gidMappings");
    }
}
