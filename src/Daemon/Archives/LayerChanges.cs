using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Mount = Wharf.ContainerdApi.Types.Mount;

namespace Wharf.Daemon.Archives;

/// <summary>What a container has changed of its image, told by the layer that overlayfs keeps for it.</summary>
internal sealed class LayerChanges : IDisposable
{
    private const int Changed = 0;
    private const int Added = 1;
    private const int Deleted = 2;
    private const string Opaque = "trusted.overlay.opaque";
    private static readonly string[] Mountpoints = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/dev/console", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sbin/docker-init", "/proc", "/sys", "/dev"];
    private readonly List<FileDescriptor> lower = [];
    private readonly List<FilesystemChange> found = [];

    private LayerChanges(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            lower.Add(Files.Open(folder, OpenFlags.Path | OpenFlags.Directory));
        }
    }

    public void Dispose() => lower.ForEach(one => one.Dispose());

    /// <exception cref="EngineException">The snapshot is not one of layers.</exception>
    internal static IReadOnlyList<FilesystemChange> Of(IReadOnlyList<Mount> mounts)
    {
        if (mounts is [{ Type: "bind" } whole])
        {
            // Of an image without layers: all that is there was added.
            return Run(whole.Source, []);
        }

        return mounts is [{ Type: "overlay" } overlay] && overlay.Options.FirstOrDefault(option => option.StartsWith("upperdir=", StringComparison.Ordinal)) is { } upper
            ? Run(upper["upperdir=".Length..], SnapshotLayers.Of(mounts).Skip(1))
            : throw new EngineException(EngineErrorKind.NotImplemented, "changes of a container: the snapshotter tells no layers");
    }

    private static List<FilesystemChange> Run(string upper, IEnumerable<string> folders)
    {
        using var changes = new LayerChanges(folders);
        using FileDescriptor root = Files.Open(upper, OpenFlags.ReadOnly | OpenFlags.Directory);
        changes.Look(root, "");
        return [.. changes.found.OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    /// <returns>Whether something was passed over that the runtime has made.</returns>
    private bool Look(FileDescriptor folder, string path)
    {
        bool passed = false;
        foreach ((string name, _) in DirectoryEntries.Read(folder, path))
        {
            string own = $"{path}/{name}";
            if (DirectoryEntries.Find(folder, name) is not { } status)
            {
                continue;
            }

            bool was = Was(own, out FileStatus before);
            if (status is { Kind: FileKind.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
            {
                if (was)
                {
                    found.Add(new FilesystemChange { Path = own, Kind = Deleted });
                }

                continue;
            }

            if (!was && Mountpoints.Contains(own))
            {
                // Made by the runtime for what is mounted there.
                passed = true;
                continue;
            }

            found.Add(new FilesystemChange { Path = own, Kind = was ? Changed : Added });
            if (status.Kind != FileKind.Directory)
            {
                continue;
            }

            using FileDescriptor below = Files.OpenAt(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            if (was && before.Kind == FileKind.Directory && DirectoryEntries.FindAttribute(folder, name, Opaque) is [(byte)'y'])
            {
                HashSet<string> there = [.. DirectoryEntries.Read(below, own).Select(one => one.Name)];
                foreach (string gone in Names(own).Where(one => !there.Contains(one)))
                {
                    found.Add(new FilesystemChange { Path = $"{own}/{gone}", Kind = Deleted });
                }

                below.Dispose();
                using FileDescriptor again = Files.OpenAt(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                DeepCall.Run(() => Look(again, own));
                continue;
            }

            int known = found.Count;
            if (DeepCall.Run(() => Look(below, own)) && known == found.Count && was && before.Kind == FileKind.Directory && (before.Mode, before.User, before.Group) == (status.Mode, status.User, status.Group))
            {
                // Only what is mounted in it took it into the container's layer.
                found.RemoveAt(known - 1);
                passed = true;
            }
        }

        return passed;
    }

    /// <summary>Whether the image has something there, the nearest layer first.</summary>
    private bool Was(string path, out FileStatus before)
    {
        foreach (FileDescriptor layer in lower)
        {
            if (Entry(layer, path) is { } status)
            {
                before = status;
                return status is not { Kind: FileKind.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 };
            }
        }

        before = default;
        return false;
    }

    private IEnumerable<string> Names(string path)
    {
        var names = new HashSet<string>();
        foreach (FileDescriptor layer in lower)
        {
            using FileDescriptor? folder = Files.FindInRoot(layer, path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            if (folder is not null)
            {
                names.UnionWith(DirectoryEntries.Read(folder, path).Select(one => one.Name));
            }
        }

        return names.Where(name => Was($"{path}/{name}", out _));
    }

    private static FileStatus? Entry(FileDescriptor layer, string path)
    {
        using FileDescriptor? entry = Files.FindInRoot(layer, path, OpenFlags.Path | OpenFlags.NoFollow);
        return entry is null ? null : Files.Status(entry, path);
    }
}
