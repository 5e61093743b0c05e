using System.Net.Sockets;

namespace Wharf.Ttrpc;

/// <summary>Answers calls on a unix socket, each connection's in their order, and streams beside them. The path is replaced, and removed when disposed.</summary>
public sealed class TtrpcServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly string path;
    private readonly Func<TtrpcRequest, CancellationToken, Task<byte[]>> handler;
    private readonly Func<TtrpcRequest, TtrpcStream, CancellationToken, Task<byte[]?>>? streamHandler;
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<Task> connections = [];
    private readonly Task accepting;

    /// <param name="path">At most 107 bytes.</param>
    /// <param name="handler">Answers a call's message; a <see cref="TtrpcException"/> becomes its status.</param>
    /// <param name="streamHandler">Serves a call of many messages, at the same time as others; its result is one last message, null for none.</param>
    public TtrpcServer(string path, Func<TtrpcRequest, CancellationToken, Task<byte[]>> handler, Func<TtrpcRequest, TtrpcStream, CancellationToken, Task<byte[]?>>? streamHandler = null)
    {
        this.streamHandler = streamHandler;
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
        using var connection = new TtrpcServerConnection(socket, handler, streamHandler);
        await connection.ServeAsync(stopping.Token).ConfigureAwait(false);
    }
}
