using Wharf.Containerd.Proxies;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Wharf.Containerd.Rpc;

/// <summary>What is offered on the socket.</summary>
internal static class ServedApi
{
    /// <summary>As containerd names its gRPC plugins.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["containers", "content", "diff", "events", "healthcheck", "images", "introspection", "leases", "mounts", "namespaces", "sandbox-controllers", "sandboxes", "snapshots", "streaming", "tasks", "transfer", "version"];

    public static PluginList Plugins(string root, IReadOnlyList<(string Name, IReadOnlyList<string> Capabilities)> snapshotters, IReadOnlyList<ProxyPlugin> proxies) => new(root, snapshotters, proxies, Names);

    /// <summary>Made when somebody asks: descriptors of everything are megabytes that most daemons never need.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services =>
    [
        ContainerdApi.Containers.V1.Containers.Descriptor,
        ContainerdApi.Content.V1.Content.Descriptor,
        ContainerdApi.Diff.V1.Diff.Descriptor,
        ContainerdApi.Events.V1.Events.Descriptor,
        ContainerdApi.Health.Health.Descriptor,
        ContainerdApi.Images.V1.Images.Descriptor,
        ContainerdApi.Introspection.V1.Introspection.Descriptor,
        ContainerdApi.Leases.V1.Leases.Descriptor,
        ContainerdApi.Mounts.V1.Mounts.Descriptor,
        ContainerdApi.Namespaces.V1.Namespaces.Descriptor,
        ContainerdApi.Reflection.V1.ServerReflection.Descriptor,
        ContainerdApi.Reflection.V1Alpha.ServerReflection.Descriptor,
        ContainerdApi.Sandbox.V1.Controller.Descriptor,
        ContainerdApi.Sandbox.V1.Store.Descriptor,
        ContainerdApi.Snapshots.V1.Snapshots.Descriptor,
        ContainerdApi.Streaming.V1.Streaming.Descriptor,
        ContainerdApi.Tasks.V1.Tasks.Descriptor,
        ContainerdApi.Transfer.V1.Transfer.Descriptor,
        ContainerdApi.Version.V1.Version.Descriptor,
    ];
}
