using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>One request, one answer.</summary>
internal sealed class UnaryMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler) : GrpcMethod(MethodType.Unary)
    where TRequest : class
    where TResponse : class
{
    public override Task Begin(GrpcCall call, GrpcPayload? payload) => handler(method.RequestMarshaller.ContextualDeserializer(payload!), call);

    public override IMessage? Answer(Task ended) => (IMessage)((Task<TResponse>)ended).Result;
}
