using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>A stream each way.</summary>
internal sealed class DuplexMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler) : GrpcMethod(MethodType.DuplexStreaming)
    where TRequest : class
    where TResponse : class
{
    public override Task Begin(GrpcCall call, GrpcPayload? payload) => handler(new RequestStream<TRequest>(call, method.RequestMarshaller), new AnswerStream<TResponse>(call), call);
}
