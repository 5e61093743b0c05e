using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>A mount of a checkpoint image: mnt_entry of criu's images/mnt.proto.</summary>
internal sealed record ImageMount
{
    /// <summary>fstype of a filesystem that criu mounts by its name and source, whatever they are.</summary>
    internal const int Auto = 16;

    /// <summary>fstype of an overlay, whose options name folders.</summary>
    internal const int Overlay = 17;

    internal int FilesystemType { get; private set; }

    internal ulong Device { get; private set; }

    internal MountFlags Flags { get; private set; }

    /// <summary>The folder of the filesystem that is mounted.</summary>
    internal string Root { get; private set; } = string.Empty;

    /// <summary>Where it is in the container.</summary>
    internal string Place { get; private set; } = string.Empty;

    /// <summary>The name of what is mounted here on restore; null for what comes from the image or from another mount of it.</summary>
    internal string? ExternalName { get; private set; }

    internal static ImageMount Read(ReadOnlySpan<byte> entry, string operand)
    {
        var mount = new ImageMount();
        bool rootIsName = false;
        var reader = new ProtobufReader(entry, operand);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: mount.FilesystemType = (int)reader.Number; break;
                case 3: mount.Device = reader.Number; break;
                case 5: mount.Flags = (MountFlags)reader.Number; break;
                case 6: mount.Root = reader.Text; break;
                case 7: mount.Place = Path.GetFullPath("/" + reader.Text); break;
                case 13: rootIsName = reader.Flag; break;
                case 18: mount.ExternalName = reader.Text; break;
                default: break;
            }
        }

        return rootIsName ? mount with { ExternalName = mount.Root } : mount;
    }
}
