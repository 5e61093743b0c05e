using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>Streams messages to a server.</summary>
internal sealed class RequestWriter<T>(ManyMessages messages) : IClientStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => messages.WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => messages.WriteAsync(message, cancellationToken);

    public Task CompleteAsync()
    {
        messages.End();
        return Task.CompletedTask;
    }
}
