using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Containers.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.Containerd.Events;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Containers;

/// <summary>Metadata of containers.</summary>
internal sealed class ContainersService(MetadataStore store, EventExchange events, GarbageCollector garbage, ContainerTable table) : ContainerdApi.Containers.V1.Containers.ContainersBase
{
    public override Task<GetContainerResponse> Get(GetContainerRequest request, ServerCallContext context) =>
        Task.FromResult(new GetContainerResponse { Container = table.Get(CallScope.Of(context).Namespace, request.Id) });

    public override Task<ListContainersResponse> List(ListContainersRequest request, ServerCallContext context)
    {
        var response = new ListContainersResponse();
        response.Containers.AddRange(Listed(request, context));
        return Task.FromResult(response);
    }

    public override async Task ListStream(ListContainersRequest request, IServerStreamWriter<ListContainerMessage> responseStream, ServerCallContext context)
    {
        foreach (Container container in Listed(request, context))
        {
            await responseStream.WriteAsync(new ListContainerMessage { Container = container }, context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<CreateContainerResponse> Create(CreateContainerRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Container container = request.Container ?? throw ContainerdException.Invalid("container is empty");
        Check(container);
        container.CreatedAt = LabelRules.Now();
        container.UpdatedAt = container.CreatedAt;
        store.Change(records =>
        {
            if (records.Find(scope, RecordKind.Container, container.Id) is not null)
            {
                throw ContainerdException.AlreadyExists($"container \"{container.Id}\"");
            }

            records.Put(scope, RecordKind.Container, container.Id, container);
        });
        events.Publish(scope, "/containers/create", new ContainerCreate
        {
            Id = container.Id,
            Image = container.Image,
            Runtime = new ContainerCreate.Types.Runtime { Name = container.Runtime.Name, Options = container.Runtime.Options },
        });
        return Task.FromResult(new CreateContainerResponse { Container = container });
    }

    public override Task<UpdateContainerResponse> Update(UpdateContainerRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Container given = request.Container is { Id.Length: > 0 } one ? one : throw ContainerdException.Invalid("must specify a container id");
        Container updated = store.Change(records =>
        {
            Container current = ContainerTable.Find(records, scope, given.Id);
            foreach (string path in request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels", "spec", "extensions", "image", "snapshotkey"])
            {
                Apply(path, current, given);
            }

            Check(current);
            current.UpdatedAt = LabelRules.Now();
            records.Put(scope, RecordKind.Container, current.Id, current);
            return current;
        });
        var changed = new ContainerUpdate { Id = updated.Id, Image = updated.Image, SnapshotKey = updated.SnapshotKey };
        changed.Labels.Add(updated.Labels);
        events.Publish(scope, "/containers/update", changed);
        return Task.FromResult(new UpdateContainerResponse { Container = updated });
    }

    public override Task<Empty> Delete(DeleteContainerRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        store.Remove(records =>
        {
            if (!records.Delete(scope, RecordKind.Container, request.Id))
            {
                throw ContainerdException.NotFound($"container \"{request.Id}\" in namespace \"{scope}\"");
            }
        });
        events.Publish(scope, "/containers/delete", new ContainerDelete { Id = request.Id });
        garbage.Removed();
        return Task.FromResult(new Empty());
    }

    private static void Apply(string path, Container current, Container given)
    {
        switch (path)
        {
            case "spec":
                current.Spec = given.Spec;
                return;
            case "image":
                current.Image = given.Image;
                return;
            case "snapshotkey":
                current.SnapshotKey = given.SnapshotKey;
                return;
            case "extensions":
                current.Extensions.Clear();
                current.Extensions.Add(given.Extensions);
                return;
        }

        const string extension = "extensions.";
        if (path.StartsWith(extension, StringComparison.Ordinal))
        {
            string name = path[extension.Length..];
            current.Extensions[name] = given.Extensions.TryGetValue(name, out Any? value) ? value : throw ContainerdException.Invalid($"container \"{given.Id}\": no extension \"{name}\"");
            return;
        }

        if (!LabelRules.TryUpdate(path, current.Labels, given.Labels))
        {
            throw ContainerdException.Invalid($"cannot update \"{path}\" field of container \"{given.Id}\"");
        }
    }

    private static void Check(Container container)
    {
        Identifier.Check(container.Id, "container.ID");
        LabelRules.Check(container.Labels);
        if (container.Runtime is not { Name.Length: > 0 })
        {
            throw ContainerdException.Invalid("container.Runtime.Name must be set");
        }

        if (container.Spec is null)
        {
            throw ContainerdException.Invalid("container.Spec must be set");
        }

        if (container.SnapshotKey.Length > 0 && container.Snapshotter.Length == 0)
        {
            throw ContainerdException.Invalid("container.Snapshotter must be set if container.SnapshotKey is set");
        }
    }

    private List<Container> Listed(ListContainersRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        return [.. store.Read(records => records.List(Container.Parser, scope, RecordKind.Container)).Where(container => filters.Matches(path => path[0] switch
        {
            "id" => container.Id,
            "image" => container.Image,
            "runtime" when path.Count == 2 && path[1] == "name" => container.Runtime.Name,
            "labels" => FieldPaths.Label(container.Labels, path),
            _ => null,
        }))];
    }
}
