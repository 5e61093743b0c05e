using Wharf.Daemon.Events;
using Wharf.Daemon.Host;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Volumes;

namespace Wharf.Daemon.Volumes;

/// <summary>What the API does with volumes.</summary>
internal sealed class VolumeOperations(VolumeTable volumes, VolumeUsers users, VolumeMounts mounts, EventLog events)
{
    private static readonly string[] ListFilters = ["dangling", "driver", "label", "name"];
    private static readonly string[] PruneFilters = ["all", "label", "label!"];

    internal Volume Describe(VolumeDocument volume) => new()
    {
        Name = volume.Name,
        Driver = volume.Driver,
        CreatedAt = Timestamps.Text(volume.Created),
        Labels = volume.Labels,
        Options = volume.Options,
        Mountpoint = volumes.PlaceOf(volume.Name),
        Scope = "local",
    };

    internal async Task<VolumeDocument> CreateAsync(VolumeCreateRequest request, CancellationToken cancellation)
    {
        string driver = request.Driver.Length > 0 ? request.Driver : VolumeTable.Local;
        if (driver != VolumeTable.Local)
        {
            return await CreateByPluginAsync(request, driver, cancellation).ConfigureAwait(false);
        }

        _ = LocalVolumeOptions.Parse(request.Name, request.DriverOpts);
        (VolumeDocument volume, bool made) = volumes.Make(new VolumeDocument { Name = request.Name, Driver = driver, Labels = request.Labels, Options = request.DriverOpts });
        if (made)
        {
            Publish("create", volume);
        }

        return volume;
    }

    internal IReadOnlyList<VolumeDocument> List(string? filters)
    {
        QueryFilters wanted = QueryFilters.Parse(filters, ListFilters);
        return [.. volumes.All()
            .Where(one => wanted.Any("name", name => one.Name.Contains(name, StringComparison.Ordinal)))
            .Where(one => wanted.Any("driver", driver => one.Driver == driver))
            .Where(one => wanted.All("label", label => QueryFilters.LabelMatches(label, one.Labels ?? new Dictionary<string, string>())))
            .Where(one => wanted.Any("dangling", dangling => Dangling(dangling) == (users.Of(one.Name).Count == 0)))];
    }

    internal async Task RemoveAsync(string name, bool force, CancellationToken cancellation)
    {
        if (volumes.TryFind(name) is not { } volume)
        {
            if (!force)
            {
                volumes.Find(name);
            }

            return;
        }

        if (users.Of(name) is { Count: > 0 } containers)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"remove {name}: volume is in use - [{string.Join(", ", containers)}]");
        }

        await DeleteAsync(volume, force, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes what no container has: of those that nobody gave a name, or all.</summary>
    /// <param name="namedToo">What clients before API 1.42 mean.</param>
    internal async Task<PrunedVolumes> PruneAsync(string? filters, bool namedToo, CancellationToken cancellation)
    {
        QueryFilters wanted = QueryFilters.Parse(filters, PruneFilters);
        bool all = namedToo || (wanted.Has("all") && wanted.Any("all", value => value is "1" or "true"));
        var removed = new List<string>();
        long reclaimed = 0;
        foreach (VolumeDocument volume in volumes.All())
        {
            IReadOnlyDictionary<string, string> labels = volume.Labels ?? new Dictionary<string, string>();
            if ((all || labels.ContainsKey(VolumeTable.AnonymousLabel))
                && wanted.All("label", label => QueryFilters.LabelMatches(label, labels))
                && wanted.All("label!", label => !QueryFilters.LabelMatches(label, labels))
                && users.Of(volume.Name).Count == 0)
            {
                reclaimed += Math.Max(0, SizeOf(volume));
                await DeleteAsync(volume, force: false, cancellation).ConfigureAwait(false);
                removed.Add(volume.Name);
            }
        }

        events.Publish("volume", "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return new PrunedVolumes { VolumesDeleted = removed, SpaceReclaimed = reclaimed };
    }

    /// <summary>All volumes with what they take.</summary>
    internal IReadOnlyList<Volume> Usage() =>
        [.. volumes.All().Select(one => Describe(one) with { UsageData = new VolumeUsage { Size = SizeOf(one), RefCount = users.Of(one.Name).Count } })];

    /// <summary>Removes a container's volumes that nobody gave a name and nobody else has.</summary>
    internal async Task RemoveAnonymousAsync(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (volumes.TryFind(name) is { } volume && users.Of(name).Count == 0)
            {
                await DeleteAsync(volume, force: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    internal void Publish(string action, VolumeDocument volume, params (string Name, string Value)[] more)
    {
        var attributes = new Dictionary<string, string> { ["driver"] = volume.Driver };
        foreach ((string name, string value) in more)
        {
            attributes[name] = value;
        }

        events.Publish("volume", action, volume.Name, attributes);
    }

    private async Task<VolumeDocument> CreateByPluginAsync(VolumeCreateRequest request, string driver, CancellationToken cancellation)
    {
        string name = request.Name.Length > 0 ? request.Name : VolumeTable.RandomName();
        if (volumes.TryFind(name) is null)
        {
            try
            {
                // The plug-in first: of a volume that it does not want nothing is kept.
                using VolumePlugin plugin = await VolumePlugin.FindAsync(driver, cancellation).ConfigureAwait(false);
                await plugin.CreateAsync(name, request.DriverOpts, cancellation).ConfigureAwait(false);
            }
            catch (EngineException error)
            {
                throw new EngineException(error.Kind, $"create {name}: {error.Message}", error);
            }
        }

        var labels = new Dictionary<string, string>(request.Labels ?? new Dictionary<string, string>());
        if (request.Name.Length == 0)
        {
            labels[VolumeTable.AnonymousLabel] = "";
        }

        (VolumeDocument volume, bool made) = volumes.Make(new VolumeDocument { Name = name, Driver = driver, Labels = labels, Options = request.DriverOpts });
        if (made)
        {
            Publish("create", volume);
        }

        return volume;
    }

    private async Task DeleteAsync(VolumeDocument volume, bool force, CancellationToken cancellation)
    {
        if (volume.Driver != VolumeTable.Local)
        {
            try
            {
                using VolumePlugin plugin = await VolumePlugin.FindAsync(volume.Driver, cancellation).ConfigureAwait(false);
                await plugin.RemoveAsync(volume.Name, cancellation).ConfigureAwait(false);
            }
            catch (EngineException error) when (force)
            {
                await Console.Error.WriteLineAsync($"wharfd: remove volume \"{volume.Name}\": {error.Message}").ConfigureAwait(false);
            }
            catch (EngineException error)
            {
                throw new EngineException(error.Kind, $"remove {volume.Name}: {error.Message}", error);
            }
        }

        mounts.Unmount(volume);
        volumes.Remove(volume);
        Publish("destroy", volume);
    }

    /// <summary>-1 for what is elsewhere: a share of the network is not read through.</summary>
    private long SizeOf(VolumeDocument volume) => volume.Options is { Count: > 0 } || volume.Driver != VolumeTable.Local ? -1 : FolderSize.Of(volumes.ContentOf(volume.Name));

    private static bool Dangling(string value) => value is "1" or "true" || (value is "0" or "false" ? false : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid value for filter 'dangling': \"{value}\""));
}
