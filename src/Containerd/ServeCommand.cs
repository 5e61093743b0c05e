using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wharf.Containerd.Configuration;
using Wharf.Containerd.Containers;
using Wharf.Containerd.Content;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Events;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Images;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Namespaces;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Sandboxes;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Streams;
using Wharf.Containerd.Tasks;
using Wharf.Containerd.Transfers;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Containerd;

/// <summary>The daemon: every part made here, in the order in which they need each other.</summary>
internal static class ServeCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static async Task RunAsync(ContainerdOptions options)
    {
        CurrentProcess.SetUmask(0x12);
        if (options.OomScore != 0)
        {
            Files.WriteText("/proc/self/oom_score_adj", options.OomScore.ToString(CultureInfo.InvariantCulture));
        }

        Directory.CreateDirectory(options.Root, Passable);
        Directory.CreateDirectory(options.State, Passable);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Address) ?? "/", Passable);
        using FileStream held = Hold(options.Root);

        WebApplicationBuilder builder = GrpcListener.Builder(options);
        using var store = new MetadataStore(Path.Combine(options.Root, "metadata.db"));
        using var logs = new ShimLogs();
        using var stopping = new CancellationTokenSource();
        var events = new EventExchange();
        var blobs = new BlobStore(store, Path.Combine(options.Root, "io.containerd.content.v1.content"));
        var snapshots = new SnapshotterTable([Snapshotter.Overlay(store, options.Root), Snapshotter.Native(store, options.Root)]);
        var containers = new ContainerTable(store);
        var programs = new ShimProgram(options.Address, options.LogLevel is "debug" or "trace");
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        var garbage = new GarbageCollector(store, blobs, snapshots, loggers.CreateLogger<GarbageCollector>());
        var layers = new DiffService(blobs, new LayerDiff(blobs));
        var streams = new StreamTable();
        var shims = new ShimTable(
            Path.Combine(options.State, "io.containerd.runtime.v2.task"),
            Path.Combine(options.Root, "io.containerd.runtime.v2.task"),
            programs,
            logs,
            events,
            loggers.CreateLogger<ShimTable>());
        await using (shims.ConfigureAwait(false))
        {
            builder.Services
                .AddSingleton(new ContentService(blobs, store, events, garbage))
                .AddSingleton(new ImagesService(store, events, garbage))
                .AddSingleton(new ContainersService(store, events, garbage, containers))
                .AddSingleton(new NamespacesService(store, events))
                .AddSingleton(new LeasesService(store, garbage))
                .AddSingleton(new SnapshotsService(snapshots, events))
                .AddSingleton(layers)
                .AddSingleton(new TasksService(containers, shims, programs))
                .AddSingleton(new EventsService(events))
                .AddSingleton(new IntrospectionService(store, ServedApi.Plugins(options.Root)))
                .AddSingleton(new SandboxStoreService(store))
                .AddSingleton(new StreamingService(streams))
                .AddSingleton(new TransferService(store, garbage, streams, new StoredContent(blobs), new ImageRecords(store, events), snapshots, layers))
                .AddSingleton(new ServiceFiles())
                .AddSingleton<VersionService>()
                .AddSingleton<HealthService>()
                .AddSingleton<ErrorInterceptor>();

            blobs.RemoveUnrecorded();
            snapshots.RemoveUnrecorded();
            var server = new TtrpcServer(options.Address + ".ttrpc", new EventEndpoint(events).Handle);
            await using (server.ConfigureAwait(false))
            {
                await shims.RecoverAsync(containers.Has, CancellationToken.None).ConfigureAwait(false);
                await ServeAsync(builder, options, garbage, stopping).ConfigureAwait(false);
            }
        }
    }

    private static async Task ServeAsync(WebApplicationBuilder builder, ContainerdOptions options, GarbageCollector garbage, CancellationTokenSource stopping)
    {
        File.Delete(options.Address);
        WebApplication application = builder.Build();
        await using (application.ConfigureAwait(false))
        {
            application.MapGrpcService<ContentService>();
            application.MapGrpcService<ImagesService>();
            application.MapGrpcService<ContainersService>();
            application.MapGrpcService<NamespacesService>();
            application.MapGrpcService<LeasesService>();
            application.MapGrpcService<SnapshotsService>();
            application.MapGrpcService<DiffService>();
            application.MapGrpcService<TasksService>();
            application.MapGrpcService<EventsService>();
            application.MapGrpcService<IntrospectionService>();
            application.MapGrpcService<VersionService>();
            application.MapGrpcService<HealthService>();
            application.MapGrpcService<SandboxStoreService>();
            application.MapGrpcService<StreamingService>();
            application.MapGrpcService<TransferService>();
            application.MapGrpcService<ReflectionService>();
            application.MapGrpcService<ReflectionAlphaService>();
            await application.StartAsync().ConfigureAwait(false);
            File.SetUnixFileMode(options.Address, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            if (options.User != 0 || options.Group != 0)
            {
                using FileDescriptor socket = Files.Open(options.Address, OpenFlags.Path);
                Files.ChangeOwner(socket, options.User, options.Group, options.Address);
            }

            // Binding the services by reflection alone leaves tens of megabytes that nobody needs again.
            Task collecting = Task.WhenAll(garbage.RunAsync(stopping.Token), IdleMemory.WatchAsync(stopping.Token));
            await application.WaitForShutdownAsync().ConfigureAwait(false);
            await stopping.CancelAsync().ConfigureAwait(false);
            await collecting.ConfigureAwait(false);
        }

        File.Delete(options.Address);
    }

    /// <summary>Two daemons on one store would each remove what the other makes.</summary>
    private static FileStream Hold(string root)
    {
        string path = Path.Combine(root, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new ContainerdException(ErrorKind.Unavailable, $"lock \"{path}\": another daemon uses \"{root}\"", error);
        }
    }
}
