using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Introspection.V1;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;
using Wharf.Linux;

namespace Wharf.Containerd.Rpc;

/// <summary>What this daemon is made of, under the names that clients ask containerd for.</summary>
internal sealed class IntrospectionService(MetadataStore store, PluginList plugins) : Introspection.IntrospectionBase
{
    private const string IdKey = "server-id";

    public override Task<PluginsResponse> Plugins(PluginsRequest request, ServerCallContext context)
    {
        var filters = FilterSet.Parse(request.Filters);
        var response = new PluginsResponse();
        response.Plugins.AddRange(plugins.All.Where(plugin => filters.Matches(path => path[0] switch
        {
            "type" => plugin.Type,
            "id" => plugin.Id,
            "capabilities" => plugin.Capabilities.Contains(string.Join('.', path.Skip(1))) ? string.Empty : null,
            _ => null,
        })));
        return Task.FromResult(response);
    }

    public override Task<PluginInfoResponse> PluginInfo(PluginInfoRequest request, ServerCallContext context) => Task.FromResult(new PluginInfoResponse
    {
        Plugin = plugins.All.FirstOrDefault(plugin => plugin.Type == request.Type && plugin.Id == request.Id) ?? throw ContainerdException.NotFound($"plugin \"{request.Type}.{request.Id}\""),
    });

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
}
