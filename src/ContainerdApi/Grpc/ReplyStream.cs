using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>The messages that a server streams.</summary>
internal sealed class ReplyStream<T>(GrpcExchange exchange, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;

    public T Current => current ?? throw new InvalidOperationException("no message has been read yet");

    public Task<bool> MoveNext(CancellationToken cancellationToken) => exchange.ReadAsync(Take, cancellationToken);

    private void Take(GrpcPayload payload) => current = marshaller.ContextualDeserializer(payload);
}
