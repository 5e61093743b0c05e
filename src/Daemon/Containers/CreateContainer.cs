using System.Security.Cryptography;
using Wharf.Daemon.Host;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Containers;

/// <summary>Makes a container: name, snapshot, record. Nothing runs yet.</summary>
internal sealed class CreateContainer(ContainerTable table, ImageResolver images, UnpackImage unpack, TaskClient tasks, ContainerEvents events, ContainerNetworks networks, RequestedMounts requested, VolumeCopyUp copyUp, UserRanges users, SpecDefaults defaults, ContainerRuntimes runtimes)
{
    private const int NameAttempts = 20;

    internal async Task<CreateResponse> RunAsync(CreateRequest request, string? name, string? platform, CancellationToken cancellation)
    {
        if (request.Image.Length == 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, request.Cmd is null ? "config cannot be empty in order to create a container" : "no command specified");
        }

        if (Enumerable.Concat(request.Cmd ?? [], request.Entrypoint ?? []).Concat(request.Env ?? []).Any(one => one is null || one.Contains('\0', StringComparison.Ordinal)))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "invalid command or environment: an entry is null or has a null byte");
        }

        HostConfig host = request.HostConfig ?? new HostConfig();
        string network = networks.Resolve(request);
        IReadOnlyList<ContainerEndpoint> endpoints = networks.Requested(request, network);
        HostConfigCheck.Check(host);
        ContainerRuntime runtime = runtimes.Find(host.Runtime);
        _ = ContainerSpec.CgroupPath(host, defaults, "");
        HealthSettings.Check(request.Healthcheck);
        if (request.StopSignal is { Length: > 0 } signal)
        {
            _ = SignalNumber.Of(signal);
        }

        _ = DefaultCapabilities.For(host);
        if ((host.Init ?? defaults.UsesInit) && defaults.InitPath is null)
        {
            throw new EngineException(EngineErrorKind.System, "exec: \"docker-init\": executable file not found in $PATH");
        }

        (ResolvedImage image, ImageContent content) = await images.ReadAsync(request.Image, platform is null ? null : Wanted(platform), cancellation).ConfigureAwait(false);
        if (platform is not null)
        {
            await unpack.RunAsync(content, cancellation).ConfigureAwait(false);
        }

        RequestTiming.Lap("store", "image read");
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        ContainerConfig config = Merge(request, content.Image.Config, networks.DefaultHostName(network, id));
        host = host with { LogConfig = Log(host.LogConfig) };
        _ = LogOptions.Parse(host.LogConfig, config);
        if (Logs.Targets.LogTargets.Make(host.LogConfig, new LogSource(id, "", "", request.Image, "", default, LogSource.MakeTag(host.LogConfig?.Config?.GetValueOrDefault("tag"), id, "", "", request.Image), new Dictionary<string, string>())) is { } target)
        {
            await target.DisposeAsync().ConfigureAwait(false);
        }

        IReadOnlyList<string> command = [.. config.Entrypoint ?? [], .. config.Cmd ?? []];
        if (command.Count == 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "no command specified");
        }

        UserMapping? mapping = users.Of(host with { NetworkMode = network });
        string taken;
        try
        {
            taken = Reserve(name, id);
        }
        catch
        {
            users.Settle(mapping);
            throw;
        }

        IReadOnlyList<ContainerMount> own = [];
        bool snapshot = false;
        try
        {
            own = await requested.ResolveAsync(host, config.Volumes, cancellation).ConfigureAwait(false);
            snapshot = true;

            // The record first: it names the snapshot, which a garbage collection between the two would take otherwise.
            await tasks.CreateRecordAsync(id, image.Names.Count > 0 ? image.Names[0].Name : request.Image, runtime, cancellation).ConfigureAwait(false);
            await tasks.PrepareSnapshotAsync(id, content.TopChainId?.ToString() ?? "", mapping?.Labels, cancellation).ConfigureAwait(false);
            await ViewImagesAsync(id, own, cancellation).ConfigureAwait(false);
            await copyUp.RunAsync(id, own, mapping, cancellation).ConfigureAwait(false);
            RequestTiming.Lap("store", "record and snapshot made");
            Container container = table.Add(new ContainerDocument
            {
                Id = id,
                Name = taken,
                Created = DateTimeOffset.UtcNow,
                ImageId = image.Id.ToString(),
                Path = command[0],
                Args = [.. command.Skip(1)],
                Config = config,
                HostConfig = Defaults(host, network),
                Mounts = own,
                UserMapping = mapping,
                Endpoints = endpoints,
            });
            events.Publish(container, "create");
            RequestTiming.Lap("api", "container written down");
            return new CreateResponse { Id = id, Warnings = [] };
        }
        catch
        {
            table.Release(taken);
            await requested.UndoAsync(own).ConfigureAwait(false);
            if (snapshot)
            {
                await tasks.DeleteRecordAsync(id, CancellationToken.None).ConfigureAwait(false);
                await tasks.RemoveSnapshotAsync(id, CancellationToken.None).ConfigureAwait(false);
                foreach (ContainerMount mount in own.Where(mount => mount.Type == ContainerMount.OfImage))
                {
                    await tasks.RemoveSnapshotAsync(ContainerLife.ImageSnapshot(id, mount), CancellationToken.None).ConfigureAwait(false);
                }
            }

            throw;
        }
        finally
        {
            users.Settle(mapping);
        }
    }

    private static Platform Wanted(string platform)
    {
        try
        {
            return Platform.Parse(platform);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }

    private async Task ViewImagesAsync(string id, IReadOnlyList<ContainerMount> own, CancellationToken cancellation)
    {
        foreach (ContainerMount mount in own.Where(mount => mount.Type == ContainerMount.OfImage))
        {
            (_, ImageContent content) = await images.ReadAsync(mount.Source, null, cancellation).ConfigureAwait(false);
            await tasks.ViewSnapshotAsync(ContainerLife.ImageSnapshot(id, mount), content.TopChainId?.ToString() ?? "", cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What the image declares and what the request does.</summary>
    private static Dictionary<string, EmptyValue>? Volumes(CreateRequest request, ImageConfig? image)
    {
        Dictionary<string, EmptyValue> volumes = new(request.Volumes ?? new Dictionary<string, EmptyValue>());
        foreach (string path in image?.Volumes?.Keys ?? [])
        {
            volumes.TryAdd(path, new EmptyValue());
        }

        return volumes.Count == 0 ? null : volumes;
    }

    /// <summary>The daemon's driver and its options, where a container names none.</summary>
    private LogConfig Log(LogConfig? given) => given is { Type.Length: > 0 }
        ? given with { Config = given.Config ?? (given.Type == defaults.LogDriver ? defaults.LogOptions : new Dictionary<string, string>()) }
        : new LogConfig { Type = defaults.LogDriver, Config = given?.Config is { Count: > 0 } own ? own : defaults.LogOptions };

    private string Reserve(string? name, string id)
    {
        if (name is { Length: > 0 })
        {
            string given = name.TrimStart('/');
            if (given.Length < 2 || !char.IsAsciiLetterOrDigit(given[0]) || !given.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-'))
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
            }

            table.Reserve(given, id);
            return given;
        }

        for (int attempt = 0; ; attempt++)
        {
            string random = RandomName.Next() + (attempt > NameAttempts ? "_" + id[..8] : "");
            if (!table.IsTaken(random))
            {
                table.Reserve(random, id);
                return random;
            }
        }
    }

    private static ContainerConfig Merge(CreateRequest request, ImageConfig? image, string defaultHostName)
    {
        bool ownEntrypoint = request.Entrypoint is { Count: > 0 };
        var labels = new Dictionary<string, string>(image?.Labels ?? new Dictionary<string, string>());
        foreach ((string name, string value) in request.Labels ?? new Dictionary<string, string>())
        {
            labels[name] = value;
        }

        IReadOnlyList<string> own = request.Env ?? [];
        HashSet<string> names = [.. own.Select(entry => entry.Split('=')[0])];
        return new ContainerConfig
        {
            Hostname = request.Hostname.Length > 0 ? request.Hostname : defaultHostName,
            Domainname = request.Domainname,
            User = request.User.Length > 0 ? request.User : image?.User ?? "",
            AttachStdin = request.AttachStdin,
            AttachStdout = request.AttachStdout,
            AttachStderr = request.AttachStderr,
            Tty = request.Tty,
            OpenStdin = request.OpenStdin,
            StdinOnce = request.StdinOnce,
            Env = [.. own, .. (image?.Env ?? []).Where(entry => !names.Contains(entry.Split('=')[0]))],
            Cmd = request.Cmd is { Count: > 0 } ? request.Cmd : ownEntrypoint ? null : image?.Cmd,
            Entrypoint = ownEntrypoint ? request.Entrypoint : image?.Entrypoint,
            Image = request.Image,
            Volumes = Volumes(request, image),
            WorkingDir = request.WorkingDir.Length > 0 ? request.WorkingDir : image?.WorkingDir ?? "",
            Labels = labels,
            Healthcheck = HealthSettings.Merge(request.Healthcheck, image?.Healthcheck),
            Shell = request.Shell ?? image?.Shell,
            OnBuild = request.OnBuild ?? image?.OnBuild,
            ArgsEscaped = request.ArgsEscaped,
            NetworkDisabled = request.NetworkDisabled,
            StopSignal = request.StopSignal ?? image?.StopSignal,
            StopTimeout = request.StopTimeout,
            ExposedPorts = ExposedPorts(request, image),
        };
    }

    /// <summary>Those of request and image, and those that are published.</summary>
    private static Dictionary<string, EmptyValue>? ExposedPorts(CreateRequest request, ImageConfig? image)
    {
        var ports = new Dictionary<string, EmptyValue>();
        IEnumerable<string> keys = [.. request.ExposedPorts?.Keys ?? [], .. image?.ExposedPorts?.Keys ?? [], .. request.HostConfig?.PortBindings?.Keys ?? []];
        foreach (string key in keys)
        {
            (ushort port, string protocol) = PortRequest.Key(key);
            ports[string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{port}/{protocol}")] = new EmptyValue();
        }

        return ports.Count == 0 ? null : ports;
    }

    /// <summary>The daemon's limits, but for those that the container has itself.</summary>
    private IReadOnlyList<Ulimit>? Limits(IReadOnlyList<Ulimit>? own) => defaults.Host.Ulimits.Count == 0
        ? own
        : [.. own ?? [], .. defaults.Host.Ulimits.Where(limit => (own ?? []).All(one => one.Name != limit.Name))];

    private HostConfig Defaults(HostConfig host, string network) => host with
    {
        NetworkMode = network,
        RestartPolicy = host.RestartPolicy is { Name.Length: > 0 } ? host.RestartPolicy : new RestartPolicy { Name = "no" },
        CgroupnsMode = host.CgroupnsMode.Length > 0 ? host.CgroupnsMode : defaults.Host.CgroupnsMode is { } mode && !host.Privileged ? mode : host.Privileged && !HostFacts.HasUnifiedCgroups ? "host" : "private",
        IpcMode = host.IpcMode.Length > 0 ? SharedNamespaces.ById(table, host.IpcMode) : defaults.Host.IpcMode,
        Ulimits = Limits(host.Ulimits),
        PidMode = SharedNamespaces.ById(table, host.PidMode),
        ShmSize = host.ShmSize > 0 ? host.ShmSize : defaults.Host.SharedMemory,
        Runtime = host.Runtime.Length > 0 ? host.Runtime : runtimes.Default,
    };
}
