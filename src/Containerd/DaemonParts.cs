using Microsoft.Extensions.Logging;
using Wharf.ContainerdApi.Tracing;
using Wharf.Containerd.Activations;
using Wharf.Containerd.Configuration;
using Wharf.Containerd.Containers;
using Wharf.Containerd.Content;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Events;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Proxies;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Streams;
using Wharf.Containerd.Tasks;

namespace Wharf.Containerd;

/// <summary>Every part of the daemon, made in the order in which they need each other.</summary>
internal sealed class DaemonParts : IAsyncDisposable
{
    private readonly ShimLogs logs = new();
    private readonly TraceExporter? traces;

    public DaemonParts(ContainerdOptions options, ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger<TraceExporter>();
        traces = TraceExporter.Start(TracesAsked(), complaint => Failures.StepFailed(log, "export", "traces", complaint));
        Store = new MetadataStore(Path.Combine(options.Root, "metadata.db"));
        Blobs = new BlobStore(Store, Events, Path.Combine(options.Root, "io.containerd.content.v1.content"));
        Snapshots = new SnapshotterTable(
            [
                .. SnapshotterTable.Make(Store, options.Root, name => !options.DisabledPlugins.Contains($"{ProxyPlugin.Snapshot}.{name}")),
                .. options.Proxies.Where(proxy => proxy.Type == ProxyPlugin.Snapshot).Select(proxy => Snapshotter.Proxied(Store, proxy.Name, new ProxySnapshots(Proxies.To(proxy.Address), proxy))),
            ],
            loggers.CreateLogger<SnapshotterTable>());
        Containers = new ContainerTable(Store);
        Programs = new ShimProgram(options.Address, options.LogLevel is "debug" or "trace");
        Activations = new MountActivations(Store, options.State, new MountPreparation([options.Root, options.State]));
        Garbage = new GarbageCollector(Store, Blobs, Snapshots, Activations, loggers.CreateLogger<GarbageCollector>());
        Layers = new DiffService(Blobs, new LayerDiff(Blobs), Activations);
        Shims = new ShimTable(
            Path.Combine(options.State, "io.containerd.runtime.v2.task"),
            Path.Combine(options.Root, "io.containerd.runtime.v2.task"),
            Programs,
            logs,
            Events,
            loggers.CreateLogger<ShimTable>());
    }

    public MetadataStore Store { get; }

    public EventExchange Events { get; } = new();

    public BlobStore Blobs { get; }

    public ProxyConnections Proxies { get; } = new();

    public SnapshotterTable Snapshots { get; }

    /// <summary>Mounts made for clients, shims and the daemon itself.</summary>
    public MountActivations Activations { get; }

    public ContainerTable Containers { get; }

    public ShimProgram Programs { get; }

    public GarbageCollector Garbage { get; }

    public DiffService Layers { get; }

    public StreamTable Streams { get; } = new();

    public ShimTable Shims { get; }

    /// <summary>Takes over what the daemon before this one ran.</summary>
    public Task RecoverAsync(CancellationToken cancellation) =>
        Shims.RecoverAsync(Containers.Has, (scope, id) => Store.Read(records => records.Find(scope, RecordKind.Sandbox, id)) is not null, cancellation);

    public async ValueTask DisposeAsync()
    {
        await Shims.DisposeAsync().ConfigureAwait(false);
        Garbage.Dispose();
        Activations.Dispose();
        Proxies.Dispose();
        logs.Dispose();
        Store.Dispose();
        if (traces is not null)
        {
            await traces.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static TraceOptions? TracesAsked()
    {
        try
        {
            return TraceOptions.Read(Environment.GetEnvironmentVariable, "containerd");
        }
        catch (FormatException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, error.Message, error);
        }
    }
}
