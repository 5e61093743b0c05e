using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// Holds the mounts of a checkpoint image against the config that it is restored with, before criu sees it. An image may come from
/// a stranger; what of the host it is given, where, and whether it may be written to, is the config's to say
/// (CVE-2026-119101, CVE-2026-115520).
/// </summary>
internal sealed class MountImageCheck(RuntimeSpec spec, IReadOnlyList<ExternalMount> externals)
{
    private static readonly (MountFlags Flag, string Name)[] Kept =
        [(MountFlags.ReadOnly, "read-only"), (MountFlags.NoSuid, "nosuid"), (MountFlags.NoDev, "nodev"), (MountFlags.NoExec, "noexec")];

    internal void Run(IReadOnlyList<ImageMount> mounts)
    {
        var granted = new List<(ImageMount Mount, ExternalMount External)>();
        foreach (ImageMount mount in mounts.Where(one => one.ExternalName is not null))
        {
            ExternalMount external = Find(mount);
            RequireKept(mount, external);
            granted.Add((mount, external));
        }

        // The root is the bundle's own, whatever the image says of its filesystem.
        foreach (ImageMount mount in mounts.Where(one => one.ExternalName is null && one.Place != "/"))
        {
            RefuseHostFilesystem(mount);

            // criu makes a mount of the same filesystem as a bind of the external one.
            foreach ((ImageMount of, ExternalMount external) in granted.Where(one => one.Mount.Device == mount.Device && Overlaps(one.Mount.Root, mount.Root)))
            {
                RequireKept(mount, external);
            }
        }
    }

    private ExternalMount Find(ImageMount mount)
    {
        ExternalMount external = externals.FirstOrDefault(one => one.Place == mount.ExternalName)
            ?? throw new ContainerException($"checkpoint image: \"{mount.Place}\" is an external mount \"{mount.ExternalName}\", which the config does not have");
        return external.Place == mount.Place || external.Source == ExternalMounts.NullDevice ? external
            : throw new ContainerException($"checkpoint image: \"{mount.Place}\" is the external mount of \"{external.Place}\"");
    }

    private static void RequireKept(ImageMount mount, ExternalMount external)
    {
        foreach ((MountFlags flag, string name) in Kept)
        {
            if (external.Restrictions.HasFlag(flag) && !mount.Flags.HasFlag(flag))
            {
                throw new ContainerException($"checkpoint image: \"{mount.Place}\" is not {name}, as the config has \"{external.Place}\"");
            }
        }
    }

    /// <summary>Filesystems that are named by a device or by folders, which criu looks up on the host.</summary>
    private void RefuseHostFilesystem(ImageMount mount)
    {
        if (mount.FilesystemType is ImageMount.Auto or ImageMount.Overlay
            && spec.Mounts?.Any(one => Path.GetFullPath("/" + one.Destination) == mount.Place && one.Type is not (null or "bind" or "none")) != true)
        {
            throw new ContainerException($"checkpoint image: \"{mount.Place}\" is a filesystem of the host, which the config does not have");
        }
    }

    private static bool Overlaps(string one, string other) => Below(one, other) || Below(other, one);

    private static bool Below(string path, string parent) => path == parent || path.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal);
}
