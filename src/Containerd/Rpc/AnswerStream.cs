using Google.Protobuf;
using Grpc.Core;

namespace Wharf.Containerd.Rpc;

/// <summary>Streams messages to a client; each is on its way when the write returns.</summary>
internal sealed class AnswerStream<T>(GrpcCall call) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => call.WriteAsync((IMessage)message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => call.WriteAsync((IMessage)message, cancellationToken);
}
