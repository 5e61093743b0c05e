using System.Net.Sockets;

namespace Wharf.Ttrpc;

/// <summary>Answers calls on a unix socket, each connection's in their order. The path is replaced, and removed when disposed.</summary>
public sealed class TtrpcServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly string path;
    private readonly Func<TtrpcRequest, CancellationToken, Task<byte[]>> handler;
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<Task> connections = [];
    private readonly Task accepting;

    /// <param name="path">At most 107 bytes.</param>
    /// <param name="handler">Answers a call's message; a <see cref="TtrpcException"/> becomes its status.</param>
    public TtrpcServer(string path, Func<TtrpcRequest, CancellationToken, Task<byte[]>> handler)
    {
        this.path = path;
        this.handler = handler;
        File.Delete(path);
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(512);
        accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await accepting.ConfigureAwait(false);
        Task[] open;
        lock (connections)
        {
            open = [.. connections];
        }

        await Task.WhenAll(open).ConfigureAwait(false);
        File.Delete(path);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Out of descriptors, or a client that left: the listener lives on, and does not spin.
                await Task.Delay(50).ConfigureAwait(false);
                continue;
            }

            Task connection = ServeAsync(socket);
            lock (connections)
            {
                connections.Add(connection);
            }

            _ = connection.ContinueWith(
                done =>
                {
                    lock (connections)
                    {
                        connections.Remove(done);
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, stopping.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                frames.Append(buffer.AsSpan(0, count));
                while (frames.TryTake(out FrameHeader header, out byte[] message))
                {
                    if (header.Type == FrameType.Request)
                    {
                        ReadOnlyMemory<byte> frame = (header.IsTooLong ? TtrpcResponse.Of(TtrpcException.TooLong(header.Length)) : await AnswerAsync(message).ConfigureAwait(false)).Frame(header.Stream);
                        while (!frame.IsEmpty)
                        {
                            frame = frame[await socket.SendAsync(frame, SocketFlags.None, stopping.Token).ConfigureAwait(false)..];
                        }
                    }
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or TtrpcException)
        {
            // The connection ends: its client left, this server stops, or what came is not ttrpc.
        }
    }

    private async Task<TtrpcResponse> AnswerAsync(byte[] message)
    {
        try
        {
            return new TtrpcResponse(TtrpcStatus.Ok, string.Empty, await handler(TtrpcRequest.Decode(message), stopping.Token).ConfigureAwait(false));
        }
        catch (TtrpcException error)
        {
            return TtrpcResponse.Of(error);
        }
    }
}
