using Wharf.ContainerdApi.Introspection.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Proxies;

namespace Wharf.Containerd.Rpc;

/// <summary>The parts of this daemon by the types and names that containerd gives its plugins, each after those that it requires.</summary>
internal sealed class PluginList(string root, IEnumerable<(string Name, IReadOnlyList<string> Capabilities)> snapshotters, IReadOnlyList<ProxyPlugin> proxies, IEnumerable<string> services)
{
    private const string Content = "io.containerd.content.v1";
    private const string Snapshotter = "io.containerd.snapshotter.v1";
    private const string Metadata = "io.containerd.metadata.v1";
    private const string Event = "io.containerd.event.v1";
    private const string Service = "io.containerd.service.v1";

    public IReadOnlyList<Plugin> All { get; } =
    [
        Named(Event, "exchange"),
        Named(Content, "content", Path.Combine(root, $"{Content}.content")),
        .. snapshotters.Select(one => Capable(Native(Named(Snapshotter, one.Name, Path.Combine(root, $"{Snapshotter}.{one.Name}"))), one.Capabilities)),
        .. proxies.Select(Proxied),
        Requiring(Named(Metadata, "bolt", root), Event, Content, Snapshotter),
        Named("io.containerd.mount-handler.v1", "erofs"),
        Named("io.containerd.mount-handler.v1", "loop"),
        Requiring(Named("io.containerd.mount-manager.v1", "bolt"), Metadata, "io.containerd.mount-handler.v1"),
        Requiring(Named("io.containerd.gc.v1", "scheduler"), Metadata),
        Requiring(Named("io.containerd.lease.v1", "manager"), Metadata),
        Requiring(Native(Named("io.containerd.differ.v1", "walking")), Metadata),
        Requiring(Native(Named("io.containerd.runtime.v2", "task")), Event, Metadata),
        Requiring(Named("io.containerd.sandbox.store.v1", "local"), Metadata),
        Requiring(Named("io.containerd.sandbox.controller.v1", "shim"), Event, "io.containerd.runtime.v2"),
        Named("io.containerd.streaming.v1", "manager"),
        Requiring(Native(Named("io.containerd.transfer.v1", "local")), "io.containerd.lease.v1", Metadata, "io.containerd.differ.v1", "io.containerd.streaming.v1"),
        .. services.Where(name => name is not ("healthcheck" or "mounts" or "version" or "streaming" or "transfer")).Select(name => Requiring(Named(Service, $"{name}-service"), Metadata)),
        .. services.Select(name => name is "healthcheck" or "version" ? Named("io.containerd.grpc.v1", name) : Requiring(Named("io.containerd.grpc.v1", name), Service)),
    ];

    private static Plugin Named(string type, string id, string? folder = null)
    {
        var plugin = new Plugin { Type = type, Id = id };
        if (folder is not null)
        {
            plugin.Exports["root"] = folder;
        }

        return plugin;
    }

    private static Plugin Requiring(Plugin plugin, params string[] types)
    {
        plugin.Requires.AddRange(types);
        return plugin;
    }

    private static Plugin Capable(Plugin plugin, IEnumerable<string> capabilities)
    {
        plugin.Capabilities.AddRange(capabilities);
        return plugin;
    }

    private static Plugin Proxied(ProxyPlugin proxy)
    {
        Plugin plugin = Capable(Named(proxy.Type, proxy.Name), proxy.Capabilities);
        plugin.Exports.Add(proxy.Exports.ToDictionary());
        plugin.Exports["address"] = proxy.Address;
        if (proxy.Platform.Length == 0)
        {
            return Native(plugin);
        }

        string[] parts = proxy.Platform.Split('/');
        plugin.Platforms.Add(new Platform { Os = parts[0], Architecture = parts.ElementAtOrDefault(1) ?? string.Empty, Variant = parts.ElementAtOrDefault(2) ?? string.Empty });
        return plugin;
    }

    private static Plugin Native(Plugin plugin)
    {
        Oci.Images.Platform host = Oci.Images.Platform.Host;
        plugin.Platforms.Add(new Platform { Os = host.Os, Architecture = host.Architecture, Variant = host.Variant ?? string.Empty });
        return plugin;
    }
}
