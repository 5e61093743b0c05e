using System.Threading.Channels;

namespace Wharf.Ttrpc;

/// <summary>
/// A call with any number of messages both ways: one side's view of it. The connection owns it and ends it: with
/// <see cref="TtrpcStatus.Unavailable"/> when it is lost.
/// </summary>
public sealed class TtrpcStream
{
    // A sender that is not listened to waits, and with it its connection: no stream takes the memory of another.
    private const int Depth = 64;
    private readonly Channel<byte[]> received = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Depth) { SingleReader = true });
    private readonly uint id;
    private readonly Func<byte[], Task> send;
    private bool sentAll;

    internal TtrpcStream(uint id, Func<byte[], Task> send, bool closed)
    {
        this.id = id;
        this.send = send;
        sentAll = closed;
    }

    /// <summary>The next message; null when the other side has sent its last.</summary>
    /// <exception cref="TtrpcException">The other side ended the call by a failure, or is gone.</exception>
    public async Task<byte[]?> ReceiveAsync(CancellationToken cancellation) =>
        await received.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false) && received.Reader.TryRead(out byte[]? message) ? message : null;

    /// <exception cref="TtrpcException">ResourceExhausted: above the limit; Unavailable: the connection is lost.</exception>
    public Task SendAsync(byte[] message) =>
        sentAll ? throw new InvalidOperationException("ttrpc: stream closed")
            : message.Length > FrameHeader.LengthLimit ? throw TtrpcException.TooLong(message.Length)
            : send(TtrpcFrame.Of(id, FrameType.Data, message));

    /// <summary>Tells the other side that nothing more comes.</summary>
    public Task CloseSendAsync()
    {
        if (sentAll)
        {
            return Task.CompletedTask;
        }

        sentAll = true;
        return send(TtrpcFrame.Of(id, FrameType.Data, [], FrameFlags.RemoteClosed | FrameFlags.NoData));
    }

    internal async Task TakeAsync(FrameHeader header, byte[] message, CancellationToken cancellation)
    {
        var flags = (FrameFlags)header.Flags;
        if (header.Type == FrameType.Response)
        {
            var response = TtrpcResponse.Decode(message);
            if (response.Status == TtrpcStatus.Ok && response.Payload.Length > 0)
            {
                await AddAsync(response.Payload, cancellation).ConfigureAwait(false);
            }

            End(response.Status == TtrpcStatus.Ok ? null : new TtrpcException(response.Status, response.Message));
            return;
        }

        if (header.IsTooLong)
        {
            End(TtrpcException.TooLong(header.Length));
            return;
        }

        if (!flags.HasFlag(FrameFlags.NoData))
        {
            await AddAsync(message, cancellation).ConfigureAwait(false);
        }

        if (flags.HasFlag(FrameFlags.RemoteClosed))
        {
            End(null);
        }
    }

    internal void End(TtrpcException? error) => received.Writer.TryComplete(error);

    private async Task AddAsync(byte[] message, CancellationToken cancellation)
    {
        try
        {
            await received.Writer.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // After the end that its sender gave it.
        }
    }
}
