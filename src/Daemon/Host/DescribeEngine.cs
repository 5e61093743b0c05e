using System.Runtime.InteropServices;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Engine;
using Wharf.EngineApi.Images;

namespace Wharf.Daemon.Host;

/// <summary>The engine and its host in the forms of /info and /system/df.</summary>
internal sealed class DescribeEngine(DaemonOptions options, ContainerTable table, ContainerDescriptions descriptions, ImageOperations images, VolumeOperations volumes, ContainerSizes sizes, string id)
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
            Plugins = new InfoPlugins { Volume = ["local"], Network = ["bridge", "host", "null"], Log = ["json-file"] },
            MemoryLimit = true,
            SwapLimit = true,
            CpuCfsPeriod = true,
            CpuCfsQuota = true,
            CPUShares = true,
            CPUSet = true,
            PidsLimit = true,
            IPv4Forwarding = HostFacts.Forwards,
            OomKillDisable = !HostFacts.HasUnifiedCgroups,
            Debug = options.Debug,
            NFd = HostFacts.OpenFiles,
            NGoroutines = ThreadPool.ThreadCount,
            SystemTime = Timestamps.Text(DateTimeOffset.UtcNow),
            LoggingDriver = "json-file",
            CgroupDriver = "cgroupfs",
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
                IndexConfigs = options.InsecureRegistries.ToDictionary(name => name, name => new InfoRegistry { Name = name })
                    .Append(new KeyValuePair<string, InfoRegistry>("docker.io", new InfoRegistry { Name = "docker.io", Mirrors = options.RegistryMirrors, Secure = true, Official = true }))
                    .ToDictionary(),
                Mirrors = options.RegistryMirrors,
            },
            NCPU = Environment.ProcessorCount,
            MemTotal = HostFacts.Memory,
            DockerRootDir = options.DataRoot,
            Name = Environment.MachineName,
            ServerVersion = VersionRoutes.Version,
            Runtimes = new Dictionary<string, InfoRuntime> { ["wharf"] = new InfoRuntime { path = options.Runtime } },
            DefaultRuntime = "wharf",

            // Containers go on when the daemon ends, as with dockerd's live-restore.
            LiveRestoreEnabled = true,
            SecurityOptions = ["name=seccomp,profile=builtin", "name=cgroupns"],
        };
    }

    internal async Task<DiskUsage> UsageAsync(CancellationToken cancellation)
    {
        IReadOnlyList<ImageSummary> list = await images.List.RunAsync(ImageFilters.Parse(null), cancellation).ConfigureAwait(false);
        List<ContainerSummary> containers = [];
        foreach (Container container in table.All())
        {
            ContainerSummary summary = await sizes.AddAsync(container, descriptions.Summary(container), cancellation).ConfigureAwait(false);

            // Its log too: what a container takes is what its removal gives back.
            containers.Add(summary with { SizeRw = summary.SizeRw + FolderSize.Of(container.Folder) });
        }

        return new DiskUsage
        {
            LayersSize = list.Sum(image => image.Size),
            Images = [.. list.Select(image => image with { Containers = containers.Count(one => one.ImageID == image.Id), SharedSize = Math.Max(0, image.SharedSize) })],
            Containers = containers,
            Volumes = volumes.Usage(),
        };
    }
}
