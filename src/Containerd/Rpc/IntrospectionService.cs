using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Introspection.V1;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Tasks;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Rpc;

/// <summary>What this daemon is made of, under the names that clients ask containerd for.</summary>
internal sealed class IntrospectionService(MetadataStore store, PluginList plugins, ShimProgram programs) : Introspection.IntrospectionBase
{
    private const string IdKey = "server-id";
    private const string RuntimePlugin = "io.containerd.runtime.v2";
    private const string RuntimeRequest = "containerd.types.RuntimeRequest";
    private const string RuntimeInfo = "containerd.types.RuntimeInfo";

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

    public override async Task<PluginInfoResponse> PluginInfo(PluginInfoRequest request, ServerCallContext context)
    {
        var response = new PluginInfoResponse
        {
            Plugin = plugins.All.FirstOrDefault(plugin => plugin.Type == request.Type && plugin.Id == request.Id) ?? throw ContainerdException.NotFound($"plugin \"{request.Type}.{request.Id}\""),
        };
        if (request.Options is { } options && options.TypeUrl[(options.TypeUrl.LastIndexOf('/') + 1)..] == RuntimeRequest && request.Type == RuntimePlugin)
        {
            (string path, byte[] given) = ReadRuntimeRequest(options.Value.Span);
            string program = programs.Find(path);
            byte[] info = await Task.Factory.StartNew(() => programs.Info(program, given), context.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            response.Extra = new Any { TypeUrl = RuntimeInfo, Value = ByteString.CopyFrom(info) };
        }

        return response;
    }

    public override Task<ServerResponse> Server(Empty request, ServerCallContext context)
    {
        var response = new ServerResponse { Uuid = Id(), Pid = (ulong)Environment.ProcessId };
        using FileDescriptor names = Files.Open("/proc/self/ns/pid", OpenFlags.ReadOnly);
        response.Pidns = Files.Status(names, "/proc/self/ns/pid").Inode;
        return Task.FromResult(response);
    }

    private static (string Path, byte[] Options) ReadRuntimeRequest(ReadOnlySpan<byte> message)
    {
        string path = string.Empty;
        byte[] options = [];
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: path = reader.Text; break;
                case 2: options = reader.Bytes.ToArray(); break;
            }
        }

        return (path, options);
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
