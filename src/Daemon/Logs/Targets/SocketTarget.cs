using System.Net.Security;
using System.Net.Sockets;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>A target behind a socket: one message a line, in a format of its own.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="encode">The messages of a line: one, or the parts of one that is too long for a datagram.</param>
/// <param name="tls">Null: in clear.</param>
internal sealed class SocketTarget(TargetAddress address, Func<LogEntry, IReadOnlyList<byte[]>> encode, SslClientAuthenticationOptions? tls = null) : ILogTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private Socket? socket;
    private Stream? stream;

    public string Place => address.ToString();

    public async Task ConnectAsync(CancellationToken cancellation)
    {
        if (socket is not null)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        Socket made;
        try
        {
            made = await address.ConnectAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("connection timed out");
        }

        try
        {
            if (address.IsStream)
            {
                var plain = new NetworkStream(made);
                if (tls is null)
                {
                    stream = plain;
                }
                else
                {
                    var secured = new SslStream(plain);
                    await secured.AuthenticateAsClientAsync(tls, limit.Token).ConfigureAwait(false);
                    stream = secured;
                }
            }

            socket = made;
        }
        catch (System.Security.Authentication.AuthenticationException error)
        {
            made.Dispose();
            throw new IOException(error.Message, error);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    public async Task SendAsync(LogEntry entry, CancellationToken cancellation)
    {
        try
        {
            await ConnectAsync(cancellation).ConfigureAwait(false);
            foreach (byte[] message in encode(entry))
            {
                if (stream is not null)
                {
                    await stream.WriteAsync(message, cancellation).ConfigureAwait(false);
                }
                else
                {
                    await socket!.SendAsync(message, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Close();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        stream?.Dispose();
        socket?.Dispose();
        (stream, socket) = (null, null);
    }
}
