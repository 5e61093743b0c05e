using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Leases;

internal sealed class LeasesService(MetadataStore store, GarbageCollector garbage) : ContainerdApi.Leases.V1.Leases.LeasesBase
{
    public override Task<CreateResponse> Create(CreateRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        string id = request.Id.Length > 0 ? request.Id : $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}";
        if (id.Contains('\n', StringComparison.Ordinal))
        {
            throw ContainerdException.Invalid($"lease id \"{id}\"");
        }

        LabelRules.Check(request.Labels);
        var lease = new Lease { Id = id, CreatedAt = LabelRules.Now() };
        lease.Labels.Add(request.Labels);
        store.Change(records =>
        {
            if (records.Find(scope, RecordKind.Lease, id) is not null)
            {
                throw ContainerdException.AlreadyExists($"lease \"{id}\"");
            }

            records.Put(scope, RecordKind.Lease, id, lease);
        });
        return Task.FromResult(new CreateResponse { Lease = lease });
    }

    public override async Task<Empty> Delete(DeleteRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        store.Remove(records =>
        {
            if (records.Find(scope, RecordKind.Lease, request.Id) is null)
            {
                throw ContainerdException.NotFound($"lease \"{request.Id}\"");
            }

            LeaseRecords.Delete(records, scope, request.Id);
        });
        await garbage.RemovedAsync(request.Sync).ConfigureAwait(false);
        return new Empty();
    }

    public override Task<ListResponse> List(ListRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        var response = new ListResponse();
        response.Leases.AddRange(store.Read(records => records.List(Lease.Parser, scope, RecordKind.Lease)).Where(lease => filters.Matches(path => path[0] switch
        {
            "id" => lease.Id,
            "labels" => FieldPaths.Label(lease.Labels, path),
            _ => null,
        })));
        return Task.FromResult(response);
    }

    public override Task<Empty> AddResource(AddResourceRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        CheckType(request.Resource);
        store.Change(records => LeaseRecords.Add(records, scope, request.Id, request.Resource));
        return Task.FromResult(new Empty());
    }

    public override Task<Empty> DeleteResource(DeleteResourceRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        CheckType(request.Resource);
        store.Remove(records => LeaseRecords.Remove(records, scope, request.Id, request.Resource));
        garbage.Removed();
        return Task.FromResult(new Empty());
    }

    public override Task<ListResourcesResponse> ListResources(ListResourcesRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var response = new ListResourcesResponse();
        response.Resources.AddRange(store.Read(records =>
        {
            return records.Find(scope, RecordKind.Lease, request.Id) is null
                ? throw ContainerdException.NotFound($"lease \"{request.Id}\"")
                : LeaseRecords.All(records, scope).Where(held => held.Lease == request.Id).Select(held => held.Resource).ToList();
        }));
        return Task.FromResult(response);
    }

    private static void CheckType(Resource? resource)
    {
        if (resource is null || !(resource.Type is LeaseRecords.Content or LeaseRecords.Ingests || resource.Type.StartsWith(LeaseRecords.SnapshotPrefix, StringComparison.Ordinal)))
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"unsupported resource type: \"{resource?.Type}\": not implemented");
        }
    }
}
