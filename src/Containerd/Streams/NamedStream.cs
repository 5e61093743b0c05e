using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Wharf.Containerd.Streams;

/// <summary>A client's stream that another of its calls reads or writes; whoever has taken it ends it.</summary>
internal sealed class NamedStream(IAsyncStreamReader<Any> reader, IServerStreamWriter<Any> writer) : IDisposable
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim writing = new(1);

    public Task Ended => ended.Task;

    /// <summary>The next object; null when the client has sent all.</summary>
    public async Task<Any?> ReadAsync(CancellationToken cancellation) => await reader.MoveNext(cancellation).ConfigureAwait(false) ? reader.Current : null;

    public async Task WriteAsync(IMessage message, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // containerd's type names have no host in front.
            await writer.WriteAsync(new Any { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    public static bool Is(Any any, IMessage type) => any.TypeUrl[(any.TypeUrl.LastIndexOf('/') + 1)..] == type.Descriptor.FullName;

    public void Dispose() => ended.TrySetResult();
}
