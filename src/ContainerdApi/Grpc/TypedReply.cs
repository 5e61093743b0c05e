using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <inheritdoc/>
internal sealed class TypedReply<T>(Marshaller<T> marshaller) : UnaryReply
{
    private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? message;

    public Task<T> Task => source.Task;

    public override void Take(GrpcPayload payload) => message = marshaller.ContextualDeserializer(payload);

    public override void Complete() => source.TrySetResult(message!);

    public override void Fail(Exception error) => source.TrySetException(error);
}
