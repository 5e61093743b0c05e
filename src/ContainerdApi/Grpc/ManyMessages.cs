using System.Net;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>The body of a request that streams messages until it is ended.</summary>
internal sealed class ManyMessages : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="InvalidOperationException">The call has ended; the stream of answers says why.</exception>
    public async Task WriteAsync(object message, CancellationToken cancellation)
    {
        try
        {
            Stream stream = await opened.Task.WaitAsync(cancellation).ConfigureAwait(false);
            await MessageFrame.WriteAsync(stream, message, cancellation).ConfigureAwait(false);
            await stream.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when ((error is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException) && !cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException("the call has ended", error);
        }
    }

    /// <summary>Ends the stream of requests; a write that waits for the connection fails.</summary>
    public void End()
    {
        complete.TrySetResult();
        opened.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers go now: the server may have something to say before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        opened.TrySetResult(stream);
        await complete.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
