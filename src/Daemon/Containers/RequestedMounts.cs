using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Volumes;

namespace Wharf.Daemon.Containers;

/// <summary>
/// All mounts of a container that is created. A destination belongs to the first that names it, in docker's order: other containers'
/// volumes, binds and mounts, which replace those, and at last the volumes that image or config declare.
/// </summary>
internal sealed class RequestedMounts(ContainerTable table, VolumeTable known, VolumeOperations volumes)
{
    /// <summary>The mounts, and their volumes, made where they were missing. Nothing is made when anything is refused.</summary>
    /// <exception cref="EngineException">A mount that makes no sense, or two for one destination.</exception>
    internal async Task<IReadOnlyList<ContainerMount>> ResolveAsync(HostConfig host, IReadOnlyDictionary<string, EmptyValue>? declared, CancellationToken cancellation)
    {
        var mounts = new Dictionary<string, ContainerMount>();
        foreach (string other in host.VolumesFrom ?? [])
        {
            foreach (ContainerMount mount in From(other))
            {
                mounts[mount.Destination] = mount;
            }
        }

        HashSet<string> own = [];
        foreach (ContainerMount mount in (host.Binds ?? []).Select(bind => BindSpecification.Parse(bind, host.VolumeDriver)).Concat((host.Mounts ?? []).Select(MountSpecification.Parse)))
        {
            if (!own.Add(mount.Destination) || host.Tmpfs?.Keys.Any(path => BindSpecification.Clean(path) == mount.Destination) == true)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"Duplicate mount point: {mount.Destination}");
            }

            mounts[mount.Destination] = mount;
        }

        foreach (string path in (declared ?? new Dictionary<string, EmptyValue>()).Keys)
        {
            // An image may say /../..: it ends at the container's root (CVE-2022-23648).
            string destination = BindSpecification.Clean(path);
            if (destination == "/")
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid volume specification: '{path}': invalid specification: destination can't be '/'");
            }

            if (!mounts.ContainsKey(destination) && host.Tmpfs?.Keys.Any(one => BindSpecification.Clean(one) == destination) != true)
            {
                mounts[destination] = new ContainerMount { Type = ContainerMount.OfVolume, Destination = destination, Volume = "", IsAnonymous = true, Driver = host.VolumeDriver, CopiesUp = true };
            }
        }

        // Before any volume is made, for one that is refused leaves nothing.
        foreach (ContainerMount mount in mounts.Values.Where(mount => mount.Volume?.Length > 0 && mount.Driver.Length > 0 && known.TryFind(mount.Volume) is { } volume && volume.Driver != mount.Driver))
        {
            throw new EngineException(EngineErrorKind.Conflict, $"create {mount.Volume}: a volume with the name {mount.Volume} already exists with driver {known.Find(mount.Volume!).Driver}. Use a different name or driver");
        }

        var made = new List<ContainerMount>();
        foreach (ContainerMount mount in mounts.Values)
        {
            try
            {
                made.Add(await MadeAsync(mount, host, cancellation).ConfigureAwait(false));
            }
            catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
            {
                // Of a create, clients take that for the image, and pull.
                throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
            }
        }

        return [.. made.OrderBy(mount => mount.Destination, StringComparer.Ordinal)];
    }

    /// <summary>Removes the volumes that were made for a container which is not.</summary>
    internal Task UndoAsync(IReadOnlyList<ContainerMount> mounts) => volumes.RemoveAnonymousAsync(mounts.Where(mount => mount.IsAnonymous).Select(mount => mount.Volume!));

    private async Task<ContainerMount> MadeAsync(ContainerMount mount, HostConfig host, CancellationToken cancellation)
    {
        if (mount.Volume is null)
        {
            return mount;
        }

        VolumeOptions? options = host.Mounts?.FirstOrDefault(one => one.Type == ContainerMount.OfVolume && BindSpecification.Clean(one.Target) == mount.Destination)?.VolumeOptions;
        VolumeDocument volume = known.TryFind(mount.Volume) ?? await volumes.CreateAsync(new VolumeCreateRequest { Name = mount.Volume, Driver = mount.Driver, Labels = options?.Labels, DriverOpts = options?.DriverConfig?.Options }, cancellation).ConfigureAwait(false);
        return mount with { Volume = volume.Name, Driver = volume.Driver };
    }

    /// <summary>The mounts of another container, NAME[:ro|rw].</summary>
    private IEnumerable<ContainerMount> From(string text)
    {
        string[] parts = text.Split(':', 2);
        string mode = parts.Length == 2 ? parts[1] : "";
        if (parts[0].Length == 0 || mode is not ("" or "ro" or "rw" or "z" or "Z"))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, parts[0].Length == 0 ? "malformed volumes-from specification" : $"invalid mode for volumes-from: {mode}");
        }

        return table.Find(parts[0]).Document.Mounts.Select(mount => mount with { ReadOnly = mount.ReadOnly || mode == "ro", CopiesUp = false });
    }
}
