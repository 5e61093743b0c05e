using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Namespaces.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.Containerd.Events;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;

namespace Wharf.Containerd.Namespaces;

/// <summary>A namespace is there when it was made, or when something was made in it.</summary>
internal sealed class NamespacesService(MetadataStore store, EventExchange events, SnapshotterTable snapshotters) : ContainerdApi.Namespaces.V1.Namespaces.NamespacesBase
{
    private const string Key = "labels";

    public override Task<GetNamespaceResponse> Get(GetNamespaceRequest request, ServerCallContext context)
    {
        Identifier.Check(request.Name, "namespace");
        return Task.FromResult(new GetNamespaceResponse { Namespace = store.Read(records => Find(records, request.Name)) });
    }

    public override Task<ListNamespacesResponse> List(ListNamespacesRequest request, ServerCallContext context)
    {
        var response = new ListNamespacesResponse();
        response.Namespaces.AddRange(store.Read(records => records.Namespaces().Select(name => Find(records, name)).ToList()));
        return Task.FromResult(response);
    }

    public override Task<CreateNamespaceResponse> Create(CreateNamespaceRequest request, ServerCallContext context)
    {
        Namespace made = request.Namespace ?? throw ContainerdException.Invalid("namespace is empty");
        Identifier.Check(made.Name, "namespace");
        LabelRules.Check(made.Labels);
        store.Change(records =>
        {
            if (records.Namespaces().Contains(made.Name))
            {
                throw ContainerdException.AlreadyExists($"namespace \"{made.Name}\"");
            }

            records.Put(made.Name, RecordKind.Namespace, Key, made);
        });
        var created = new NamespaceCreate { Name = made.Name };
        created.Labels.Add(made.Labels);
        events.Publish(made.Name, "/namespaces/create", created);
        return Task.FromResult(new CreateNamespaceResponse { Namespace = made });
    }

    public override Task<UpdateNamespaceResponse> Update(UpdateNamespaceRequest request, ServerCallContext context)
    {
        Namespace given = request.Namespace ?? throw ContainerdException.Invalid("namespace is empty");
        Identifier.Check(given.Name, "namespace");
        LabelRules.Check(given.Labels);
        Namespace updated = store.Change(records =>
        {
            if (!records.Namespaces().Contains(given.Name))
            {
                throw ContainerdException.NotFound($"namespace \"{given.Name}\"");
            }

            Namespace current = Find(records, given.Name);
            foreach (string path in request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels"])
            {
                if (!LabelRules.TryUpdate(path, current.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" of namespace \"{given.Name}\"");
                }
            }

            records.Put(given.Name, RecordKind.Namespace, Key, current);
            return current;
        });
        var changed = new NamespaceUpdate { Name = updated.Name };
        changed.Labels.Add(updated.Labels);
        events.Publish(updated.Name, "/namespaces/update", changed);
        return Task.FromResult(new UpdateNamespaceResponse { Namespace = updated });
    }

    public override Task<Empty> Delete(DeleteNamespaceRequest request, ServerCallContext context)
    {
        Identifier.Check(request.Name, "namespace");
        store.Remove(records =>
        {
            if (!records.Namespaces().Contains(request.Name))
            {
                throw ContainerdException.NotFound($"namespace \"{request.Name}\"");
            }

            string[] left =
            [
                .. new (RecordKind Kind, string Name)[] { (RecordKind.Image, "images"), (RecordKind.Content, "blobs"), (RecordKind.Container, "containers"), (RecordKind.Sandbox, "sandboxes") }
                    .Where(one => records.List(request.Name, one.Kind).Count > 0)
                    .Select(one => one.Name),
                .. snapshotters.All.Where(one => one.All(records, request.Name).Count > 0).Select(one => $"snapshots on \"{one.Name}\" snapshotter"),
            ];
            if (left.Length > 0)
            {
                throw ContainerdException.Precondition($"namespace \"{request.Name}\" must be empty, but it still has {string.Join(", ", left)}");
            }

            foreach ((string lease, _) in records.List(request.Name, RecordKind.Lease))
            {
                LeaseRecords(records, request.Name, lease);
            }

            records.Delete(request.Name, RecordKind.Namespace, Key);
        });
        events.Publish(request.Name, "/namespaces/delete", new NamespaceDelete { Name = request.Name });
        return Task.FromResult(new Empty());
    }

    private static void LeaseRecords(RecordQueries records, string scope, string lease) => Leases.LeaseRecords.Delete(records, scope, lease);

    private static Namespace Find(RecordQueries records, string name) =>
        records.Find(Namespace.Parser, name, RecordKind.Namespace, Key) ?? new Namespace { Name = name };
}
