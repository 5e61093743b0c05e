using Wharf.Libcontainer.Mounts;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config.md, "Mounts".</summary>
internal static class MountCheck
{
    internal static void Check(IReadOnlyList<Mount> mounts, LinuxPlatform linux)
    {
        for (int index = 0; index < mounts.Count; index++)
        {
            Check(mounts[index], linux, $"mounts[{index}]");
        }
    }

    private static void Check(Mount mount, LinuxPlatform linux, string place)
    {
        if (mount.Destination.Length == 0)
        {
            throw Fault.At(place + ".destination", "mount destination must not be empty");
        }

        if (mount.Destination.Trim('/').Length == 0)
        {
            throw Fault.At(place + ".destination", "mount destination \"/\" is the root itself");
        }

        MountOptions options = MountOptions.Parse(mount.Options);
        if (options.Bind && !options.Remount && mount.Source is null or "")
        {
            throw Fault.At(place + ".source", $"bind mount \"{mount.Destination}\" has no source");
        }

        if (!options.Bind && !options.Remount && mount.Type is null or "" or "none" or "bind")
        {
            throw Fault.At(place + ".type", $"mount \"{mount.Destination}\" has neither a filesystem's type nor the option bind");
        }

        if (options.Remount && !options.Bind && options.Data.Count > 0)
        {
            throw Fault.At(place + ".options", $"mount \"{mount.Destination}\": options of the filesystem cannot be changed by remount: {string.Join(',', options.Data)}");
        }

        Mappings(mount, options, linux, place);
    }

    private static void Mappings(Mount mount, MountOptions options, LinuxPlatform linux, string place)
    {
        NamespaceCheck.Ranges(mount.UidMappings, place + ".uidMappings");
        NamespaceCheck.Ranges(mount.GidMappings, place + ".gidMappings");
        if (mount.UidMappings is not { Count: > 0 } && mount.GidMappings is not { Count: > 0 } && !options.IdMapped)
        {
            return;
        }

        if (!options.Bind)
        {
            throw Fault.At(place + ".uidMappings", $"mount \"{mount.Destination}\": id-mapped mounts are only supported for bind-mounts");
        }

        if (mount.UidMappings is not { Count: > 0 } && mount.GidMappings is not { Count: > 0 } && NamespaceCheck.Find(linux, "user") is { Path.Length: > 0 })
        {
            // Those of the namespace that is joined.
            return;
        }

        if ((mount.UidMappings ?? linux.UidMappings) is not { Count: > 0 } || (mount.GidMappings ?? linux.GidMappings) is not { Count: > 0 })
        {
            throw Fault.At(place + ".uidMappings", $"mount \"{mount.Destination}\": id-mapped mounts need both uidMappings and gidMappings");
        }
    }
}
