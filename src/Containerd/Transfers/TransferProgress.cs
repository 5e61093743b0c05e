using Grpc.Core;
using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Streams;

namespace Wharf.Containerd.Transfers;

/// <summary>Tells a client how far its transfer is, when it wants to know.</summary>
internal sealed class TransferProgress(NamedStream? stream)
{
    public Task TellAsync(string what, CancellationToken cancellation) => TellAsync(new Progress { Event = what }, cancellation);

    public Task TellAsync(string what, string name, ContentDescriptor descriptor, long done, CancellationToken cancellation) =>
        TellAsync(new Progress { Event = what, Name = name, Progress_ = done, Total = descriptor.Size, Desc = descriptor }, cancellation);

    public async Task TellAsync(Progress progress, CancellationToken cancellation)
    {
        try
        {
            await (stream?.WriteAsync(progress, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or RpcException)
        {
            // Who watched has gone; the transfer is another call.
        }
    }
}
