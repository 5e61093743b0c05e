using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>A stream of requests, one answer.</summary>
internal sealed class ClientStreamingMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler) : GrpcMethod(MethodType.ClientStreaming)
    where TRequest : class
    where TResponse : class
{
    public override Task Begin(GrpcCall call, GrpcPayload? payload) => handler(new RequestStream<TRequest>(call, method.RequestMarshaller), call);

    public override IMessage? Answer(Task ended) => (IMessage)((Task<TResponse>)ended).Result;
}
