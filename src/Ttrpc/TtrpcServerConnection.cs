using System.Net.Sockets;

namespace Wharf.Ttrpc;

/// <summary>One connection of a server: its calls in their order, its streams at the same time, whole frames one after the other.</summary>
internal sealed class TtrpcServerConnection(Socket socket, Func<TtrpcRequest, CancellationToken, Task<byte[]>> handler, Func<TtrpcRequest, TtrpcStream, CancellationToken, Task<byte[]?>>? streamHandler) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Dictionary<uint, (TtrpcStream Stream, Task Served)> streams = [];

    internal async Task ServeAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer, SocketFlags.None, stopping).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                frames.Append(buffer.AsSpan(0, count));
                while (frames.TryTake(out FrameHeader header, out byte[] message))
                {
                    await TakeAsync(header, message, ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or TtrpcException)
        {
            // The connection ends: its client left, this server stops, or what came is not ttrpc.
        }

        await ending.CancelAsync().ConfigureAwait(false);
        foreach ((TtrpcStream stream, _) in streams.Values)
        {
            stream.End(new TtrpcException(TtrpcStatus.Unavailable, "ttrpc: closed"));
        }

        await Task.WhenAll(streams.Values.Select(one => one.Served)).ConfigureAwait(false);
    }

    public void Dispose() => writing.Dispose();

    private async Task TakeAsync(FrameHeader header, byte[] message, CancellationToken ending)
    {
        switch (header.Type)
        {
            case FrameType.Request when header.IsTooLong:
                await SendAsync(TtrpcResponse.Of(TtrpcException.TooLong(header.Length)).Frame(header.Stream)).ConfigureAwait(false);
                break;
            case FrameType.Request when ((FrameFlags)header.Flags & (FrameFlags.RemoteOpen | FrameFlags.RemoteClosed)) != 0 && streamHandler is not null:
                Open(header, message, ending);
                break;
            case FrameType.Request:
                await SendAsync((await AnswerAsync(message, ending).ConfigureAwait(false)).Frame(header.Stream)).ConfigureAwait(false);
                break;
            case FrameType.Data when streams.TryGetValue(header.Stream, out (TtrpcStream Stream, Task Served) open):
                await open.Stream.TakeAsync(header, message, ending).ConfigureAwait(false);
                break;
        }
    }

    private void Open(FrameHeader header, byte[] message, CancellationToken ending)
    {
        foreach (uint done in streams.Where(pair => pair.Value.Served.IsCompleted).Select(pair => pair.Key).ToList())
        {
            streams.Remove(done);
        }

        var stream = new TtrpcStream(header.Stream, SendAsync, closed: false);
        if (((FrameFlags)header.Flags).HasFlag(FrameFlags.RemoteClosed))
        {
            stream.End(null);
        }

        streams[header.Stream] = (stream, ServeStreamAsync(header.Stream, TtrpcRequest.Decode(message), stream, ending));
    }

    private async Task ServeStreamAsync(uint id, TtrpcRequest request, TtrpcStream stream, CancellationToken ending)
    {
        try
        {
            byte[]? last = await streamHandler!(request, stream, ending).ConfigureAwait(false);
            if (last is not null)
            {
                await SendAsync(new TtrpcResponse(TtrpcStatus.Ok, string.Empty, last).Frame(id)).ConfigureAwait(false);
            }
            else
            {
                await stream.CloseSendAsync().ConfigureAwait(false);
            }
        }
        catch (TtrpcException error) when (!ending.IsCancellationRequested)
        {
            await SendAsync(TtrpcResponse.Of(error).Frame(id)).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException)
        {
            // The connection has ended under it.
        }
    }

    private async Task<TtrpcResponse> AnswerAsync(byte[] message, CancellationToken ending)
    {
        try
        {
            return new TtrpcResponse(TtrpcStatus.Ok, string.Empty, await handler(TtrpcRequest.Decode(message), ending).ConfigureAwait(false));
        }
        catch (TtrpcException error)
        {
            return TtrpcResponse.Of(error);
        }
    }

    private async Task SendAsync(byte[] bytes)
    {
        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            ReadOnlyMemory<byte> frame = bytes;
            while (!frame.IsEmpty)
            {
                frame = frame[await socket.SendAsync(frame, SocketFlags.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new TtrpcException(TtrpcStatus.Unavailable, "ttrpc: closed", error);
        }
        finally
        {
            writing.Release();
        }
    }
}
