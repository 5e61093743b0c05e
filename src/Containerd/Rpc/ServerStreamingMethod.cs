using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>One request, a stream of answers.</summary>
internal sealed class ServerStreamingMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler) : GrpcMethod(MethodType.ServerStreaming)
    where TRequest : class
    where TResponse : class
{
    public override Task Begin(GrpcCall call, GrpcPayload? payload) => handler(method.RequestMarshaller.ContextualDeserializer(payload!), new AnswerStream<TResponse>(call), call);
}
