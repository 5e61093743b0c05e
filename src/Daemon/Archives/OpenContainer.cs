using Wharf.Daemon.Containers;
using Wharf.Daemon.Volumes;
using Wharf.Linux;
using Mount = Wharf.ContainerdApi.Types.Mount;

namespace Wharf.Daemon.Archives;

/// <summary>Opens the files of a container, whether it runs or not.</summary>
internal sealed class OpenContainer(TaskClient tasks, VolumeMounts volumes, string dataRoot)
{
    /// <summary>With its volumes and binds, as it sees them. Of one that does not run only the caller may change it meanwhile.</summary>
    internal async Task<ContainerRoot> AsSeenAsync(Container container, CancellationToken cancellation)
    {
        if (container.State is { Running: true, Pid: > 0 and var process })
        {
            try
            {
                return ContainerRoot.OfRunning(process);
            }
            catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ESRCH)
            {
                // It has ended since.
            }
        }

        IReadOnlyList<Mount> snapshot = await tasks.SnapshotMountsAsync(container.Id, cancellation).ConfigureAwait(false);
        List<(string Source, ContainerMount Mount)> binds = [];
        string?[] names = [.. container.Document.Mounts.Where(mount => mount.Subpath.Length == 0).Select(mount => mount.Volume)];
        string user = $"{container.Id}-files";
        await volumes.PrepareAsync(names, user, cancellation).ConfigureAwait(false);
        foreach (ContainerMount mount in container.Document.Mounts.Where(mount => mount.Subpath.Length == 0).OrderBy(mount => mount.Destination.Count(letter => letter == '/')))
        {
            if (mount.Type == ContainerMount.OfVolume)
            {
                binds.Add((volumes.Use(mount.Volume!), mount));
            }
            else if (mount.Type == ContainerMount.Bind && Path.Exists(mount.Source))
            {
                binds.Add((mount.Source, mount));
            }
        }

        try
        {
            return ContainerRoot.OfSnapshot(snapshot, Place(container.Id), binds, writable: true);
        }
        finally
        {
            if (!container.State.Running)
            {
                volumes.Release(container);
            }

            await volumes.LeaveAsync(names, user).ConfigureAwait(false);
        }
    }

    /// <summary>The container's own layer upon its image, to be read; without what is mounted there.</summary>
    internal async Task<ContainerRoot> LayersAsync(Container container, CancellationToken cancellation) =>
        ContainerRoot.OfSnapshot(await tasks.SnapshotMountsAsync(container.Id, cancellation).ConfigureAwait(false), Place(container.Id), [], writable: false);

    private string Place(string id)
    {
        string place = Path.Combine(dataRoot, "containers", id, "root");
        Directory.CreateDirectory(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return place;
    }
}
