using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Mounts.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Activations;

/// <summary>Mounts made for clients that cannot make them.</summary>
internal sealed class MountsService(MountActivations activations) : Mounts.MountsBase
{
    public override async Task<ActivateResponse> Activate(ActivateRequest request, ServerCallContext context) => new()
    {
        Info = await activations.ActivateAsync(CallScope.Of(context), request.Name, request.Mounts, request.Labels, request.Temporary, context.CancellationToken).ConfigureAwait(false),
    };

    public override async Task<Empty> Deactivate(DeactivateRequest request, ServerCallContext context)
    {
        await activations.DeactivateAsync(CallScope.Of(context).Namespace, request.Name).ConfigureAwait(false);
        return new Empty();
    }

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { Info = activations.Info(CallScope.Of(context).Namespace, request.Name) });

    public override Task<UpdateResponse> Update(UpdateRequest request, ServerCallContext context) => Task.FromResult(new UpdateResponse
    {
        Info = activations.Update(
            CallScope.Of(context).Namespace,
            request.Info ?? throw ContainerdException.Invalid("mount info is empty"),
            request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels"]),
    });

    public override async Task List(ListRequest request, IServerStreamWriter<ListMessage> responseStream, ServerCallContext context)
    {
        var filters = FilterSet.Parse(request.Filters);
        foreach (ActivationInfo info in activations.List(CallScope.Of(context).Namespace).Where(info => filters.Matches(path => path[0] switch
        {
            "name" => info.Name,
            "labels" => FieldPaths.Label(info.Labels, path),
            _ => null,
        })))
        {
            await responseStream.WriteAsync(new ListMessage { Info = info }, context.CancellationToken).ConfigureAwait(false);
        }
    }
}
