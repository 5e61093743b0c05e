using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
using Wharf.Containerd.Observation;
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

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(ContainerdOptions options)
    {
        CurrentProcess.SetUmask(0x12);
        if (options.OomScore != 0)
        {
            Files.WriteText("/proc/self/oom_score_adj", options.OomScore.ToString(CultureInfo.InvariantCulture));
        }

        // What images hold is for nobody who is not root (CVE-2024-25621); below the state some containers' root has to pass.
        Directory.CreateDirectory(options.Root, OwnerOnly);
        File.SetUnixFileMode(options.Root, OwnerOnly);
        Directory.CreateDirectory(options.State, Passable);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Address) ?? "/", Passable);
        using FileStream held = Hold(options.Root);

        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(Level(options.LogLevel)).AddFilter("Microsoft", LogLevel.Warning));
        using var store = new MetadataStore(Path.Combine(options.Root, "metadata.db"));
        using var logs = new ShimLogs();
        var events = new EventExchange();
        var blobs = new BlobStore(store, Path.Combine(options.Root, "io.containerd.content.v1.content"));
        var snapshots = new SnapshotterTable([Snapshotter.Overlay(store, options.Root), Snapshotter.Native(store, options.Root)]);
        var containers = new ContainerTable(store);
        var programs = new ShimProgram(options.Address, options.LogLevel is "debug" or "trace");
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
            var services = new ServiceTable();
            ContainerdApi.Content.V1.Content.BindService(services, new ContentService(blobs, store, events, garbage));
            ContainerdApi.Images.V1.Images.BindService(services, new ImagesService(store, events, garbage));
            ContainerdApi.Containers.V1.Containers.BindService(services, new ContainersService(store, events, garbage, containers));
            ContainerdApi.Namespaces.V1.Namespaces.BindService(services, new NamespacesService(store, events));
            ContainerdApi.Leases.V1.Leases.BindService(services, new LeasesService(store, garbage));
            ContainerdApi.Snapshots.V1.Snapshots.BindService(services, new SnapshotsService(snapshots, events));
            ContainerdApi.Diff.V1.Diff.BindService(services, layers);
            ContainerdApi.Tasks.V1.Tasks.BindService(services, new TasksService(containers, shims, programs, new CheckpointContent(blobs, layers)));
            ContainerdApi.Events.V1.Events.BindService(services, new EventsService(events));
            ContainerdApi.Introspection.V1.Introspection.BindService(services, new IntrospectionService(store, ServedApi.Plugins(options.Root), programs));
            ContainerdApi.Sandbox.V1.Store.BindService(services, new SandboxStoreService(store));
            ContainerdApi.Sandbox.V1.Controller.BindService(services, new SandboxControllerService(store, shims, programs, events));
            ContainerdApi.Streaming.V1.Streaming.BindService(services, new StreamingService(streams));
            ContainerdApi.Transfer.V1.Transfer.BindService(services, new TransferService(store, garbage, streams, new StoredContent(blobs), new ImageRecords(store, events), snapshots, layers, options.HostsFolder));
            ContainerdApi.Reflection.V1.ServerReflection.BindService(services, new ReflectionService(new ServiceFiles()));
            services.AddName(ContainerdApi.Reflection.V1.ServerReflection.Descriptor.FullName, ContainerdApi.Reflection.V1Alpha.ServerReflection.Descriptor.FullName);
            ContainerdApi.Version.V1.Version.BindService(services, new VersionService());
            ContainerdApi.Health.Health.BindService(services, new HealthService());

            blobs.RemoveUnrecorded();
            snapshots.RemoveUnrecorded();
            var server = new TtrpcServer(options.Address + ".ttrpc", new EventEndpoint(events).Handle);
            await using (server.ConfigureAwait(false))
            {
                await shims.RecoverAsync(containers.Has, (scope, id) => store.Read(records => records.Find(scope, RecordKind.Sandbox, id)) is not null, CancellationToken.None).ConfigureAwait(false);
                var calls = new CallCounts();
                using KestrelServer? metrics = MetricsEndpoint.Server(options.MetricsAddress, loggers);
                if (metrics is not null)
                {
                    await metrics.StartAsync(new MetricsEndpoint(calls, shims), CancellationToken.None).ConfigureAwait(false);
                }

                await ServeAsync(new GrpcApplication(services, new GrpcLimits(options.LargestRequest, options.LargestResponse), calls, loggers.CreateLogger<GrpcApplication>()), loggers, options, garbage).ConfigureAwait(false);
            }
        }
    }

    private static async Task ServeAsync(GrpcApplication application, ILoggerFactory loggers, ContainerdOptions options, GarbageCollector garbage)
    {
        using var stopping = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        File.Delete(options.Address);
        using (KestrelServer server = GrpcListener.Create(options.Address, loggers))
        {
            await server.StartAsync(application, CancellationToken.None).ConfigureAwait(false);
            File.SetUnixFileMode(options.Address, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            if (options.User != 0 || options.Group != 0)
            {
                using FileDescriptor socket = Files.Open(options.Address, OpenFlags.Path);
                Files.ChangeOwner(socket, options.User, options.Group, options.Address);
            }

            await Task.WhenAll(garbage.RunAsync(stopping.Token), IdleMemory.WatchAsync(stopping.Token)).ConfigureAwait(false);

            // Calls that answer soon still do; subscriptions and waits never end by themselves.
            using var grace = new CancellationTokenSource(Grace);
            await server.StopAsync(grace.Token).ConfigureAwait(false);
        }

        File.Delete(options.Address);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static LogLevel Level(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Critical,
    };

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
