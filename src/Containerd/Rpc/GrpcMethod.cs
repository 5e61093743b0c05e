using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>
/// A method of a service. What differs by message type is in the few lines below, everything else is shared: each instantiation of
/// generic code that only a running program can name costs memory and time there (docs/decisions/0009).
/// </summary>
internal abstract class GrpcMethod(MethodType type)
{
    public MethodType Kind => type;

    public bool TakesOneRequest => type is MethodType.Unary or MethodType.ServerStreaming;

    public bool GivesOneAnswer => type is MethodType.Unary or MethodType.ClientStreaming;

    /// <summary>Starts the method; the payload is its request, when it takes one.</summary>
    public abstract Task Begin(GrpcCall call, GrpcPayload? payload);

    /// <summary>The answer of a method that gives one, once what <see cref="Begin"/> returned has ended well.</summary>
    public virtual IMessage? Answer(Task ended) => null;
}
