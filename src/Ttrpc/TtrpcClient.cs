using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Wharf.Ttrpc;

/// <summary>
/// Many calls at once over one unix socket. The connection is owned: disposing it, or its loss, ends every call that waits with
/// <see cref="TtrpcStatus.Unavailable"/>.
/// </summary>
public sealed class TtrpcClient : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<TtrpcResponse>> waiting = [];
    private readonly ConcurrentDictionary<uint, TtrpcStream> streams = [];
    private readonly CancellationTokenSource ending = new();
    private readonly Task reading;
    private uint stream = uint.MaxValue;
    private volatile bool closed;

    private TtrpcClient(Socket socket)
    {
        this.socket = socket;
        reading = ReadAsync();
    }

    /// <summary>Completes when the other side has gone, or this one was disposed.</summary>
    public Task Closed => reading;

    /// <exception cref="TtrpcException">Unavailable: nobody listens there.</exception>
    public static async Task<TtrpcClient> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new TtrpcClient(socket);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new TtrpcException(TtrpcStatus.Unavailable, $"connect \"{path}\": {error.Message}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One call; its answer's message.</summary>
    /// <exception cref="TtrpcException">The other side refused it, or is gone.</exception>
    public Task<byte[]> CallAsync(string service, string method, byte[] request, CancellationToken cancellation) =>
        CallAsync(new TtrpcRequest(service, method, request), cancellation);

    /// <inheritdoc cref="CallAsync(string, string, byte[], CancellationToken)"/>
    public async Task<byte[]> CallAsync(TtrpcRequest call, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<TtrpcResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        uint id = 0;
        try
        {
            await writing.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                // Numbered and sent in one step: a server refuses a number that is not above the last.
                byte[] frame = call.Frame(stream + 2);
                if (frame.Length - FrameHeader.Size > FrameHeader.LengthLimit)
                {
                    throw TtrpcException.TooLong(frame.Length - FrameHeader.Size);
                }

                id = stream += 2;
                waiting[id] = answer;
                await SendAsync(frame).ConfigureAwait(false);
            }
            finally
            {
                writing.Release();
            }

            if (closed)
            {
                throw Gone();
            }

            TtrpcResponse response = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return response.Status == TtrpcStatus.Ok ? response.Payload : throw new TtrpcException(response.Status, response.Message);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>A call of many messages: its first, and whether more follow. It ends with the connection.</summary>
    public async Task<TtrpcStream> OpenAsync(string service, string method, byte[] request, bool more, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            uint id = stream + 2;
            byte[] frame = new TtrpcRequest(service, method, request).Frame(id, more ? FrameFlags.RemoteOpen : FrameFlags.RemoteClosed);
            if (frame.Length - FrameHeader.Size > FrameHeader.LengthLimit)
            {
                throw TtrpcException.TooLong(frame.Length - FrameHeader.Size);
            }

            stream = id;
            var opened = new TtrpcStream(id, SendInTurnAsync, closed: !more);
            streams[id] = opened;
            await SendAsync(frame).ConfigureAwait(false);
            return closed ? throw Gone() : opened;
        }
        finally
        {
            writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        closed = true;
        await ending.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
        await reading.ConfigureAwait(false);
        writing.Dispose();
        ending.Dispose();
    }

    private static TtrpcException Gone() => new(TtrpcStatus.Unavailable, "ttrpc: closed");

    private async Task SendInTurnAsync(byte[] frame)
    {
        if (closed)
        {
            throw Gone();
        }

        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await SendAsync(frame).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> frame)
    {
        try
        {
            while (!frame.IsEmpty)
            {
                // Never cancelled half-way: the rest of the frame is what the next one would be read as.
                frame = frame[await socket.SendAsync(frame, SocketFlags.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw Gone();
        }
    }

    private async Task ReadAsync()
    {
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                frames.Append(buffer.AsSpan(0, count));
                while (frames.TryTake(out FrameHeader header, out byte[] message))
                {
                    if (streams.TryGetValue(header.Stream, out TtrpcStream? open))
                    {
                        await open.TakeAsync(header, message, ending.Token).ConfigureAwait(false);
                        if (header.Type == FrameType.Response || ((FrameFlags)header.Flags).HasFlag(FrameFlags.RemoteClosed))
                        {
                            streams.TryRemove(header.Stream, out _);
                        }
                    }
                    else if (header.Type == FrameType.Response && waiting.TryGetValue(header.Stream, out TaskCompletionSource<TtrpcResponse>? answer))
                    {
                        if (header.IsTooLong)
                        {
                            answer.TrySetException(TtrpcException.TooLong(header.Length));
                        }
                        else
                        {
                            answer.TrySetResult(TtrpcResponse.Decode(message));
                        }
                    }
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or TtrpcException or OperationCanceledException)
        {
            // The end of the connection, or a peer that does not speak ttrpc: the calls that wait are told below.
        }

        closed = true;
        foreach (TaskCompletionSource<TtrpcResponse> answer in waiting.Values)
        {
            answer.TrySetException(Gone());
        }

        foreach (TtrpcStream open in streams.Values)
        {
            open.End(Gone());
        }
    }
}
