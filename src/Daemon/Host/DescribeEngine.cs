using System.Runtime.InteropServices;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Devices;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Engine;
using Wharf.EngineApi.Images;
using Wharf.EngineApi.Volumes;

namespace Wharf.Daemon.Host;

/// <summary>The engine and its host in the forms of /info and /system/df.</summary>
internal sealed class DescribeEngine(DaemonOptions options, ContainerTable table, ContainerDescriptions descriptions, ImageOperations images, VolumeOperations volumes, ContainerSizes sizes, SpecDefaults defaults, LiveSettings settings, ContainerRuntimes runtimes, CdiDevices devices, string id)
{
    internal async Task<EngineInfo> InfoAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Container> containers = table.All();
        int paused = containers.Count(one => one.State.Paused);
        int running = containers.Count(one => one.State.Running) - paused;
        return new EngineInfo
        {
            ID = id,
            Containers = containers.Count,
            ContainersRunning = running,
            ContainersPaused = paused,
            ContainersStopped = containers.Count - running - paused,
            Images = (await images.Store.ListAsync(cancellation).ConfigureAwait(false)).Select(record => record.Target.Digest).Distinct().Count(),
            Driver = options.StorageDriver,
            DriverStatus = [["driver-type", "io.containerd.snapshotter.v1"]],
            Plugins = new InfoPlugins { Volume = ["local"], Network = ["bridge", "host", "null"], Authorization = options.AuthorizationPlugins.Count > 0 ? options.AuthorizationPlugins : null, Log = LogOptions.Drivers },
            MemoryLimit = true,
            SwapLimit = true,
            CpuCfsPeriod = true,
            CpuCfsQuota = true,
            CPUShares = true,
            CPUSet = true,
            PidsLimit = true,
            IPv4Forwarding = HostFacts.Forwards,
            OomKillDisable = !HostFacts.HasUnifiedCgroups,
            Debug = settings.Debug,
            Labels = [.. settings.Labels],
            NFd = HostFacts.OpenFiles,
            NGoroutines = ThreadPool.ThreadCount,
            SystemTime = Timestamps.Text(DateTimeOffset.UtcNow),
            LoggingDriver = defaults.LogDriver,
            CgroupDriver = options.SystemdCgroup ? "systemd" : "cgroupfs",
            CgroupVersion = HostFacts.HasUnifiedCgroups ? "2" : "1",
            KernelVersion = HostFacts.Kernel,
            OperatingSystem = HostFacts.Release("PRETTY_NAME"),
            OSVersion = HostFacts.Release("VERSION_ID"),
            OSType = "linux",
            Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
            IndexServerAddress = "https://index.docker.io/v1/",
            RegistryConfig = new InfoRegistries
            {
                InsecureRegistryCIDRs = ["127.0.0.0/8", "::1/128"],
                IndexConfigs = settings.InsecureRegistries.ToDictionary(name => name, name => new InfoRegistry { Name = name })
                    .Append(new KeyValuePair<string, InfoRegistry>("docker.io", new InfoRegistry { Name = "docker.io", Mirrors = [.. settings.RegistryMirrors], Secure = true, Official = true }))
                    .ToDictionary(),
                Mirrors = [.. settings.RegistryMirrors],
            },
            NCPU = Environment.ProcessorCount,
            MemTotal = HostFacts.Memory,
            DockerRootDir = options.DataRoot,
            Name = Environment.MachineName,
            ServerVersion = VersionRoutes.Version,
            Runtimes = runtimes.Known.ToDictionary(one => one.Key, one => new InfoRuntime { path = one.Value.Path }),
            DefaultRuntime = runtimes.Default,

            // Containers go on when the daemon ends, as with dockerd's live-restore.
            LiveRestoreEnabled = true,
            ExperimentalBuild = options.Experimental,
            CDISpecDirs = devices.Folders,
            DiscoveredDevices = [.. devices.Names.Select(name => new InfoDevice { Source = CdiDevices.Driver, ID = name })],
            SecurityOptions = options.UserNamespace.Length > 0 ? ["name=seccomp,profile=builtin", "name=cgroupns", "name=userns"] : ["name=seccomp,profile=builtin", "name=cgroupns"],
        };
    }

    /// <param name="types">Which kinds are wanted; empty: all.</param>
    /// <param name="summed">In the form of API 1.52 too.</param>
    /// <param name="items">Each thing, in that form.</param>
    internal async Task<DiskUsage> UsageAsync(IReadOnlyList<string> types, bool summed, bool items, CancellationToken cancellation)
    {
        if (types.FirstOrDefault(type => type is not ("container" or "image" or "volume" or "build-cache")) is { } unknown)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"unknown object type: {unknown}");
        }

        bool Wanted(string type) => types.Count == 0 || types.Contains(type);
        List<ContainerSummary> containers = [];
        foreach (Container container in Wanted("container") || Wanted("image") ? table.All() : [])
        {
            ContainerSummary summary = await sizes.AddAsync(container, descriptions.Summary(container), cancellation).ConfigureAwait(false);

            // Its log too: what a container takes is what its removal gives back.
            containers.Add(summary with { SizeRw = summary.SizeRw + FolderSize.Of(container.Folder) });
        }

        IReadOnlyList<ImageSummary> list = Wanted("image") ? await images.List.RunAsync(ImageFilters.Parse(null), withManifests: false, cancellation).ConfigureAwait(false) : [];
        ImageSummary[] counted = [.. list.Select(image => image with { Containers = containers.Count(one => one.ImageID == image.Id), SharedSize = Math.Max(0, image.SharedSize) })];
        IReadOnlyList<Volume> held = Wanted("volume") ? volumes.Usage() : [];
        if (!Wanted("container"))
        {
            containers.Clear();
        }

        var usage = new DiskUsage { LayersSize = list.Sum(image => image.Size), Images = counted, Containers = containers, Volumes = held };
        return !summed ? usage : usage with
        {
            ImageUsage = !Wanted("image") ? null : new ResourceUsage<ImageSummary>
            {
                ActiveCount = counted.Count(image => image.Containers > 0),
                TotalCount = counted.Length,
                TotalSize = counted.Sum(image => image.Size),
                Reclaimable = counted.Where(image => image.Containers == 0).Sum(image => image.Size),
                Items = items ? counted : null,
            },
            ContainerUsage = !Wanted("container") ? null : new ResourceUsage<ContainerSummary>
            {
                ActiveCount = containers.Count(one => one.State is "running" or "paused" or "restarting"),
                TotalCount = containers.Count,
                TotalSize = containers.Sum(one => one.SizeRw ?? 0),
                Reclaimable = containers.Where(one => one.State is not ("running" or "paused" or "restarting")).Sum(one => one.SizeRw ?? 0),
                Items = items ? containers : null,
            },
            VolumeUsage = !Wanted("volume") ? null : new ResourceUsage<Volume>
            {
                ActiveCount = held.Count(one => one.UsageData?.RefCount > 0),
                TotalCount = held.Count,
                TotalSize = held.Sum(one => Math.Max(0, one.UsageData?.Size ?? 0)),
                Reclaimable = held.Where(one => one.UsageData?.RefCount == 0).Sum(one => Math.Max(0, one.UsageData?.Size ?? 0)),
                Items = items ? held : null,
            },
            BuildCacheUsage = Wanted("build-cache") ? new ResourceUsage<System.Text.Json.JsonElement> { Items = items ? [] : null } : null,
        };
    }
}
