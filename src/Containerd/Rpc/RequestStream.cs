using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Rpc;

/// <summary>The messages that a client streams.</summary>
internal sealed class RequestStream<T>(GrpcCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;

    public T Current => current ?? throw new InvalidOperationException("no message has been read yet");

    public Task<bool> MoveNext(CancellationToken cancellationToken) => call.ReadAsync(Take, cancellationToken);

    private void Take(GrpcPayload payload) => current = marshaller.ContextualDeserializer(payload);
}
