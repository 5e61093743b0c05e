using Microsoft.AspNetCore.Builder;
using Wharf.Daemon;
using Wharf.Daemon.Archives;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containerd;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Devices;
using Wharf.Daemon.Events;
using Wharf.Daemon.Host;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Security;
using Wharf.Daemon.Stats;
using Wharf.Daemon.Stdio;
using Wharf.Daemon.Volumes;
using Wharf.Linux;
using Wharf.Network.Names;
using Wharf.Registry;

if (args is ["-v"] or ["--version"])
{
    Console.WriteLine($"Wharf version {typeof(EngineException).Assembly.GetName().Version?.ToString(3)}, API {ApiVersion.Newest}");
    return 0;
}

if (args is ["resolver", string socket])
{
    await ResolverService.RunAsync(socket).ConfigureAwait(false);
    return 0;
}

try
{
    DaemonOptions options = OptionsReader.Read(args);
    TlsFiles? tls = options.Tls;
    ListenAddress[] addresses = [.. (options.Hosts.Count > 0 ? options.Hosts : [ListenAddress.Default]).SelectMany(host => ListenAddress.ParseAll(host, tls is not null))];
    if (options is { UsesTls: null, VerifiesClients: null } && addresses.FirstOrDefault(address => address.EndPoint is not null) is { } open)
    {
        throw new EngineException(EngineErrorKind.InvalidParameter, $"listen on \"{open.Text}\": whoever reaches it is root on this machine: protect it with --tlsverify and certificates, or say --tls=false");
    }

    uint? group = UnixGroup.Find(options.Group ?? UnixGroup.Default);
    if (group is null && options.Group is not null)
    {
        throw new EngineException(EngineErrorKind.InvalidParameter, $"group {options.Group} not found");
    }

    foreach (string warning in Listener.Warnings(addresses, tls).Concat(options.Ignored.Select(key => $"configuration key \"{key}\" has no effect")))
    {
        await Console.Error.WriteLineAsync($"wharfd: warning: {warning}").ConfigureAwait(false);
    }

    Directory.CreateDirectory(options.DataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);

    using var locked = new DataRootLock(options.DataRoot);
    using var pidFile = new PidFile(options.PidFile);
    using var containerd = new ContainerdConnection(options.Containerd);
    using var plugins = new AuthorizationPlugins(options.AuthorizationPlugins);
    var runtimes = new ContainerRuntimes(options);
    using var settings = new LiveSettings(args, options, plugins, runtimes);
    using var registry = new RegistryClient(new RegistryOptions { InsecureRegistries = settings.InsecureRegistries, RegistryMirrors = settings.RegistryMirrors, Attempts = options.DownloadAttempts });
    using var search = new SearchImages(settings.InsecureRegistries);
    using var embedded = new EmbeddedImage();
    using var loop = new DescriptorLoop();
    await using var background = new BackgroundWork();
    var table = new ContainerTable(options.DataRoot);
    var images = new ImageOperations(containerd, registry, options.StorageDriver, Path.Combine(options.DataRoot, "tmp"), table.Uses, embedded.Settled, options.Downloads, options.Uploads);
    var events = new EventLog();
    var containerEvents = new ContainerEvents(events);
    var volumeTable = new VolumeTable(options.DataRoot);
    var volumeMounts = new VolumeMounts(volumeTable, table);
    var volumes = new VolumeOperations(volumeTable, new VolumeUsers(table), volumeMounts, events);
    await using NetworkOperations networks = await StartNetworks.RunAsync(options, table, events, background).ConfigureAwait(false);
    var descriptions = new ContainerDescriptions(options.StorageDriver, networks.Descriptions, volumeTable);
    var users = new UserRanges(options.UserNamespace, table);
    if (options.UserNamespace.Length > 0)
    {
        // Now, not with the first container.
        _ = users.Remapped();
    }

    var tasks = new TaskClient(containerd, options.StorageDriver);
    var sizes = new ContainerSizes(tasks, images);
    var defaults = new SpecDefaults(options.CgroupParent, SpecDefaults.FindInit(options.InitPath), options.UsesInit, options.NoNewPrivileges, options.Seccomp)
    {
        LogDriver = options.LogDriver,
        LogOptions = options.LogOptions,
        Host = options.Defaults,
        SystemdCgroup = options.SystemdCgroup,
    };
    var execFiles = new ExecFiles(options.ExecRoot);
    var devices = new CdiDevices(options.CdiFolders);
    var stop = new StopContainer(tasks, containerEvents);
    var health = new HealthWatch(new HealthProbe(tasks, containerEvents, loop, execFiles, defaults), containerEvents, stop, background);
    var life = new ContainerLife(table, tasks, containerEvents, new ContainerStdio(loop, options.ExecRoot), new TaskEventStream(containerd), networks.Containers, networks.Events, volumeMounts, volumes, background, defaults, new HostPlaces(options.ExecRoot), devices, health);
    var create = new CreateContainer(table, images.Resolver, images.Unpack, tasks, containerEvents, networks.Containers, new RequestedMounts(table, volumeTable, volumes), new VolumeCopyUp(tasks, volumeTable, volumeMounts, options.DataRoot), users, defaults, runtimes);
    var execs = new ExecOperations(table, tasks, containerEvents, loop, execFiles, background, defaults);

    string engineId = EngineId.ReadOrMake(options.DataRoot);
    var router = new Router(
    [
        .. PingRoutes.All(),
        .. VersionRoutes.All(),
        .. new EngineRoutes(new DescribeEngine(options, table, descriptions, images, volumes, sizes, defaults, settings, runtimes, devices, engineId)).All(),
        .. new EventRoutes(events).All(),
        .. new ImageRoutes(images, search, new ImageEvents(events)).All(),
        .. new CommitRoutes(table, tasks, images.Commit, containerEvents, new ImageEvents(events)).All(),
        .. networks.Routes.All(),
        .. new VolumeRoutes(volumeTable, volumes).All(),
        .. new ArchiveRoutes(table, new OpenContainer(tasks, volumeMounts, options.DataRoot), tasks, containerEvents).All(),
        .. new StatsRoutes(table, tasks).All(),
        .. new ContainerRoutes(table, create, life, stop, tasks, containerEvents, descriptions, sizes, background.Stopping).All(),
        .. new CheckpointRoutes(table, new ContainerCheckpoints(tasks, containerEvents)).All(),
        .. new ExecRoutes(table, execs, tasks).All(),
    ],
    plugins,
    options.Experimental,
    background.Stopping);
    settings.Listen(events, engineId);
    life.Listen();
    life.Resume();
    execs.Resume();
    await using WebApplication listener = Listener.Create(addresses, tls, router);
    await using WebApplication? metrics = options.MetricsAddress.Length > 0 ? MetricsListener.Create(options.MetricsAddress, new MetricsText(table, events, engineId).Write) : null;
    if (metrics is not null)
    {
        await metrics.StartAsync().ConfigureAwait(false);
    }

    await listener.StartAsync().ConfigureAwait(false);
    Listener.Protect(addresses, group);
    SystemdService.Tell("READY=1");

    // First of all: the server would wait for clients that listen to events or follow logs.
    using CancellationTokenRegistration told = listener.Lifetime.ApplicationStopping.Register(() =>
    {
        SystemdService.Tell("STOPPING=1");
        background.Stop();
    });
    background.Begin("keep the resolver", networks.Containers.Resolver.WatchAsync);
    background.Begin("watch the firewall", networks.WatchFirewallAsync);
    background.Begin("trim memory", IdleMemory.WatchAsync);
    Task<string?> loading = embedded.LoadAsync(images);
    await listener.WaitForShutdownAsync().ConfigureAwait(false);
    await background.StopAsync().ConfigureAwait(false);
    embedded.Stop();
    try
    {
        await networks.CloseAsync().ConfigureAwait(false);
    }
    catch (IOException error)
    {
        await Console.Error.WriteLineAsync($"wharfd: remove bridges: {error.Message}").ConfigureAwait(false);
    }

    if (await loading.ConfigureAwait(false) is { } failure)
    {
        await Console.Error.WriteLineAsync($"wharfd: {failure}").ConfigureAwait(false);
    }

    return 0;
}
catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"wharfd: {error.Message}").ConfigureAwait(false);
    return 1;
}
