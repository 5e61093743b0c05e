using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Sandboxes;

/// <summary>Records of sandboxes: what is needed to start one, not its state.</summary>
internal sealed class SandboxStoreService(MetadataStore store) : Store.StoreBase
{
    private const string Extensions = "extensions.";

    public override Task<StoreCreateResponse> Create(StoreCreateRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Sandbox sandbox = Checked(request.Sandbox);
        if (sandbox.Runtime is not { Name.Length: > 0 })
        {
            throw ContainerdException.Invalid($"sandbox \"{sandbox.SandboxId}\": runtime name must not be empty");
        }

        sandbox.CreatedAt = LabelRules.Now();
        sandbox.UpdatedAt = sandbox.CreatedAt;
        store.Change(records =>
        {
            if (records.Find(scope, RecordKind.Sandbox, sandbox.SandboxId) is not null)
            {
                throw ContainerdException.AlreadyExists($"sandbox \"{sandbox.SandboxId}\"");
            }

            records.Put(scope, RecordKind.Sandbox, sandbox.SandboxId, sandbox);
        });
        return Task.FromResult(new StoreCreateResponse { Sandbox = sandbox });
    }

    public override Task<StoreUpdateResponse> Update(StoreUpdateRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Sandbox given = Checked(request.Sandbox);
        Sandbox updated = store.Change(records =>
        {
            Sandbox current = Find(records, scope, given.SandboxId);
            foreach (string path in request.Fields.Count > 0 ? request.Fields : ["labels", "extensions", "spec", "runtime"])
            {
                Update(current, given, path);
            }

            current.UpdatedAt = LabelRules.Now();
            records.Put(scope, RecordKind.Sandbox, current.SandboxId, current);
            return current;
        });
        return Task.FromResult(new StoreUpdateResponse { Sandbox = updated });
    }

    public override Task<StoreDeleteResponse> Delete(StoreDeleteRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        store.Remove(records =>
        {
            if (!records.Delete(scope, RecordKind.Sandbox, request.SandboxId))
            {
                throw ContainerdException.NotFound($"sandbox \"{request.SandboxId}\"");
            }
        });
        return Task.FromResult(new StoreDeleteResponse());
    }

    public override Task<StoreListResponse> List(StoreListRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        var response = new StoreListResponse();
        response.List.AddRange(store.Read(records => records.List(Sandbox.Parser, scope, RecordKind.Sandbox)).Where(sandbox => filters.Matches(path => path[0] switch
        {
            "id" => sandbox.SandboxId,
            "runtime" => path.Count > 1 && path[1] == "name" ? sandbox.Runtime.Name : null,
            "labels" => FieldPaths.Label(sandbox.Labels, path),
            _ => null,
        })));
        return Task.FromResult(response);
    }

    public override Task<StoreGetResponse> Get(StoreGetRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        return Task.FromResult(new StoreGetResponse { Sandbox = store.Read(records => Find(records, scope, request.SandboxId)) });
    }

    private static Sandbox Find(RecordQueries records, string scope, string id) =>
        records.Find(Sandbox.Parser, scope, RecordKind.Sandbox, id) ?? throw ContainerdException.NotFound($"sandbox \"{id}\"");

    private static Sandbox Checked(Sandbox? sandbox)
    {
        if (sandbox is null)
        {
            throw ContainerdException.Invalid("sandbox is empty");
        }

        Identifier.Check(sandbox.SandboxId, "sandbox");
        LabelRules.Check(sandbox.Labels);
        return sandbox;
    }

    private static void Update(Sandbox current, Sandbox given, string path)
    {
        if (path == "extensions")
        {
            Replace(current.Extensions, given.Extensions);
        }
        else if (path.StartsWith(Extensions, StringComparison.Ordinal))
        {
            string name = path[Extensions.Length..];
            current.Extensions.Remove(name);
            if (given.Extensions.TryGetValue(name, out Any? value))
            {
                current.Extensions[name] = value;
            }
        }
        else if (path == "spec")
        {
            current.Spec = given.Spec;
        }
        else if (path == "runtime" && given.Runtime is { Name.Length: > 0 })
        {
            current.Runtime = given.Runtime;
        }
        else if (path == "runtime" || !LabelRules.TryUpdate(path, current.Labels, given.Labels))
        {
            throw ContainerdException.Invalid($"cannot update \"{path}\" field of sandbox \"{current.SandboxId}\"");
        }
    }

    private static void Replace(MapField<string, Any> current, MapField<string, Any> given)
    {
        current.Clear();
        current.Add(given);
    }
}
