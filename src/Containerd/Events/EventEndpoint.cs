using Google.Protobuf;
using Wharf.ContainerdApi.Events.V1;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Events;

/// <summary>Where shims send their events: ttrpc, beside the gRPC socket.</summary>
internal sealed class EventEndpoint(EventExchange exchange)
{
    private const string Service = "containerd.services.events.ttrpc.v1.Events";

    public Task<byte[]> Handle(TtrpcRequest request, CancellationToken cancellation)
    {
        if (request is not { Service: Service, Method: "Forward" })
        {
            throw new TtrpcException(TtrpcStatus.Unimplemented, $"{request.Service}/{request.Method}: not implemented");
        }

        ForwardRequest forward;
        try
        {
            forward = ForwardRequest.Parser.ParseFrom(request.Payload);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new TtrpcException(TtrpcStatus.InvalidArgument, error.Message, error);
        }

        if (forward.Envelope is null)
        {
            throw new TtrpcException(TtrpcStatus.InvalidArgument, "forward event: no envelope");
        }

        exchange.Forward(forward.Envelope);
        return Task.FromResult(Array.Empty<byte>());
    }
}
