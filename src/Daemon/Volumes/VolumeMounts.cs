using Wharf.Daemon.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Volumes;

/// <summary>Where volumes are while containers use them: those with options of their own are mounted meanwhile.</summary>
internal sealed class VolumeMounts(VolumeTable volumes, ContainerTable table)
{
    private readonly Lock gate = new();

    /// <summary>The folder with the volume's content, mounted if it has to be.</summary>
    internal string Use(string name)
    {
        VolumeDocument volume = volumes.Find(name);
        string path = volumes.ContentOf(name);
        if (LocalVolumeOptions.Parse(name, volume.Options) is { } options)
        {
            lock (gate)
            {
                if (!IsMounted(path))
                {
                    options.Mount(path);
                }
            }
        }

        return path;
    }

    /// <summary>Takes away what no running container uses any more.</summary>
    internal void Release(Container container)
    {
        foreach (string name in container.Document.Mounts.Select(mount => mount.Volume).OfType<string>())
        {
            ReleaseUnused(name, container);
        }
    }

    /// <param name="ending">A container whose run is over, whatever its document says.</param>
    internal void ReleaseUnused(string name, Container? ending = null)
    {
        if (volumes.TryFind(name) is { Options.Count: > 0 } volume && !table.All().Any(one => one != ending && one.State.Running && one.Document.Mounts.Any(mount => mount.Volume == name)))
        {
            Unmount(volume);
        }
    }

    internal void Unmount(VolumeDocument volume)
    {
        string path = volumes.ContentOf(volume.Name);
        lock (gate)
        {
            if (volume.Options is { Count: > 0 } && IsMounted(path))
            {
                Mounts.Unmount(path, detach: true);
            }
        }
    }

    private static bool IsMounted(string path)
    {
        using FileDescriptor folder = Files.Open(path, OpenFlags.Path);
        using FileDescriptor above = Files.Open(Path.GetDirectoryName(path)!, OpenFlags.Path);
        return Files.Status(folder, path).MountId != Files.Status(above, path).MountId;
    }
}
