using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Introspection.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;
using Wharf.Linux;

namespace Wharf.Containerd.Rpc;

/// <summary>What this daemon is made of, under the names that clients ask containerd for.</summary>
internal sealed class IntrospectionService(MetadataStore store, string root) : Introspection.IntrospectionBase
{
    private const string IdKey = "server-id";

    public override Task<PluginsResponse> Plugins(PluginsRequest request, ServerCallContext context)
    {
        var filters = FilterSet.Parse(request.Filters);
        var response = new PluginsResponse();
        response.Plugins.AddRange(All().Where(plugin => filters.Matches(path => path[0] switch
        {
            "type" => plugin.Type,
            "id" => plugin.Id,
            "capabilities" => plugin.Capabilities.Contains(string.Join('.', path.Skip(1))) ? string.Empty : null,
            _ => null,
        })));
        return Task.FromResult(response);
    }

    public override Task<ServerResponse> Server(Empty request, ServerCallContext context)
    {
        var response = new ServerResponse { Uuid = Id(), Pid = (ulong)Environment.ProcessId };
        using FileDescriptor names = Files.Open("/proc/self/ns/pid", OpenFlags.ReadOnly);
        response.Pidns = Files.Status(names, "/proc/self/ns/pid").Inode;
        return Task.FromResult(response);
    }

    private string Id() => store.Read(records => records.Find(string.Empty, RecordKind.Setting, IdKey)) is { } known
        ? Encoding.UTF8.GetString(known)
        : store.Change(records =>
        {
            string made = Guid.NewGuid().ToString();
            records.Put(string.Empty, RecordKind.Setting, IdKey, Encoding.UTF8.GetBytes(made));
            return made;
        });

    private IEnumerable<Plugin> All()
    {
        yield return Named("io.containerd.content.v1", "content", Path.Combine(root, "io.containerd.content.v1.content"));
        yield return Native("io.containerd.snapshotter.v1", "overlayfs", Path.Combine(root, "io.containerd.snapshotter.v1.overlayfs"));
        yield return Named("io.containerd.metadata.v1", "bolt", root);
        yield return Native("io.containerd.differ.v1", "walking", null);
        yield return Named("io.containerd.event.v1", "exchange", null);
        yield return Named("io.containerd.gc.v1", "scheduler", null);
        yield return Native("io.containerd.runtime.v2", "task", null);
        foreach (string name in (string[])["containers", "content", "diff", "events", "healthcheck", "images", "introspection", "leases", "namespaces", "snapshots", "tasks", "version"])
        {
            yield return Named("io.containerd.grpc.v1", name, null);
        }
    }

    private static Plugin Native(string type, string id, string? folder)
    {
        Plugin plugin = Named(type, id, folder);
        Oci.Images.Platform host = Oci.Images.Platform.Host;
        plugin.Platforms.Add(new Platform { Os = host.Os, Architecture = host.Architecture, Variant = host.Variant ?? string.Empty });
        return plugin;
    }

    private static Plugin Named(string type, string id, string? folder)
    {
        var plugin = new Plugin { Type = type, Id = id };
        if (folder is not null)
        {
            plugin.Exports["root"] = folder;
        }

        return plugin;
    }
}
