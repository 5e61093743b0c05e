using Wharf.Containerd.Activations;
using Wharf.Containerd.Configuration;
using Wharf.Containerd.Containers;
using Wharf.Containerd.Content;
using Wharf.Containerd.Events;
using Wharf.Containerd.Images;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Namespaces;
using Wharf.Containerd.Proxies;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Sandboxes;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Streams;
using Wharf.Containerd.Tasks;
using Wharf.Containerd.Transfers;

namespace Wharf.Containerd;

/// <summary>Every service of the API, made of the daemon's parts.</summary>
internal static class ServiceBinding
{
    public static ServiceTable Bind(DaemonParts parts, ContainerdOptions options)
    {
        PluginList plugins = ServedApi.Plugins(options.Root, [.. parts.Snapshots.All.Where(one => !one.IsRemote).Select(one => (one.Name, one.Capabilities))], options.Proxies);
        var services = new ServiceTable();
        ContainerdApi.Content.V1.Content.BindService(services, new ContentService(parts.Blobs, parts.Store, parts.Events, parts.Garbage));
        ContainerdApi.Images.V1.Images.BindService(services, new ImagesService(parts.Store, parts.Events, parts.Garbage));
        ContainerdApi.Containers.V1.Containers.BindService(services, new ContainersService(parts.Store, parts.Events, parts.Garbage, parts.Containers));
        ContainerdApi.Namespaces.V1.Namespaces.BindService(services, new NamespacesService(parts.Store, parts.Events, parts.Snapshots));
        ContainerdApi.Leases.V1.Leases.BindService(services, new LeasesService(parts.Store, parts.Garbage));
        ContainerdApi.Snapshots.V1.Snapshots.BindService(services, new SnapshotsService(parts.Snapshots, parts.Events));
        ContainerdApi.Mounts.V1.Mounts.BindService(services, new MountsService(parts.Activations));
        ContainerdApi.Diff.V1.Diff.BindService(services, new ProxyDiffs(parts.Layers, parts.Proxies, options.Proxies, options.Differs));
        ContainerdApi.Tasks.V1.Tasks.BindService(services, new TasksService(parts.Containers, parts.Snapshots, parts.Shims, parts.Programs, parts.Activations, new CheckpointContent(parts.Blobs, parts.Layers)));
        ContainerdApi.Events.V1.Events.BindService(services, new EventsService(parts.Events));
        ContainerdApi.Introspection.V1.Introspection.BindService(services, new IntrospectionService(parts.Store, plugins, parts.Programs));
        ContainerdApi.Sandbox.V1.Store.BindService(services, new SandboxStoreService(parts.Store));
        ContainerdApi.Sandbox.V1.Controller.BindService(services, new ProxyControllers(new SandboxControllerService(parts.Store, parts.Shims, parts.Programs, parts.Events), parts.Proxies, options.Proxies));
        ContainerdApi.Streaming.V1.Streaming.BindService(services, new StreamingService(parts.Streams));
        ContainerdApi.Transfer.V1.Transfer.BindService(services, new TransferService(parts.Store, parts.Garbage, parts.Streams, new StoredContent(parts.Blobs), new ImageRecords(parts.Store, parts.Events), parts.Snapshots, parts.Layers, options.HostsFolder));
        ContainerdApi.Reflection.V1.ServerReflection.BindService(services, new ReflectionService(new ServiceFiles()));
        services.AddName(ContainerdApi.Reflection.V1.ServerReflection.Descriptor.FullName, ContainerdApi.Reflection.V1Alpha.ServerReflection.Descriptor.FullName);
        ContainerdApi.Version.V1.Version.BindService(services, new VersionService());
        ContainerdApi.Health.Health.BindService(services, new HealthService());
        return services;
    }
}
