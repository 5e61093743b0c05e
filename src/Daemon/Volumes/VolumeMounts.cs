using Wharf.Daemon.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Volumes;

/// <summary>Where volumes are while containers use them: those with options of their own are mounted meanwhile.</summary>
internal sealed class VolumeMounts(VolumeTable volumes, ContainerTable table)
{
    private readonly Lock gate = new();

    /// <summary>Has plug-ins show the volumes that somebody is about to use, which only they can: <see cref="Use"/> finds them then.</summary>
    /// <param name="user">Names whoever uses them; it gives them back by <see cref="LeaveAsync"/>.</param>
    internal async Task PrepareAsync(IEnumerable<string?> names, string user, CancellationToken cancellation)
    {
        foreach (VolumeDocument volume in OfPlugins(names))
        {
            using VolumePlugin plugin = await VolumePlugin.FindAsync(volume.Driver, cancellation).ConfigureAwait(false);
            volumes.Note(volume.Name, await plugin.MountAsync(volume.Name, user, cancellation).ConfigureAwait(false));
        }
    }

    /// <summary>Tells plug-ins that somebody uses their volumes no more. One that does not answer keeps nobody from ending.</summary>
    internal async Task LeaveAsync(IEnumerable<string?> names, string user)
    {
        foreach (VolumeDocument volume in OfPlugins(names))
        {
            try
            {
                using VolumePlugin plugin = await VolumePlugin.FindAsync(volume.Driver, CancellationToken.None).ConfigureAwait(false);
                await plugin.UnmountAsync(volume.Name, user, CancellationToken.None).ConfigureAwait(false);
            }
            catch (EngineException error)
            {
                await Console.Error.WriteLineAsync($"wharfd: unmount volume \"{volume.Name}\": {error.Message}").ConfigureAwait(false);
            }
        }
    }

    private IEnumerable<VolumeDocument> OfPlugins(IEnumerable<string?> names) =>
        names.OfType<string>().Distinct().Select(volumes.TryFind).OfType<VolumeDocument>().Where(volume => volume.Driver != VolumeTable.Local);

    /// <summary>The folder with the volume's content, mounted if it has to be.</summary>
    internal string Use(string name)
    {
        VolumeDocument volume = volumes.Find(name);
        if (volume.Driver != VolumeTable.Local)
        {
            return volume.Mountpoint.Length > 0 ? volume.Mountpoint : throw new EngineException(EngineErrorKind.System, $"mount volume \"{name}\": plugin \"{volume.Driver}\" says no place");
        }

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
        if (volumes.TryFind(name) is { Options.Count: > 0, Driver: VolumeTable.Local } volume && !table.All().Any(one => one != ending && one.State.Running && one.Document.Mounts.Any(mount => mount.Volume == name)))
        {
            Unmount(volume);
        }
    }

    internal void Unmount(VolumeDocument volume)
    {
        string path = volumes.ContentOf(volume.Name);
        lock (gate)
        {
            if (volume is { Options.Count: > 0, Driver: VolumeTable.Local } && IsMounted(path))
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
