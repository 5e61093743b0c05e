using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>A client that is joined by a web socket (RFC 6455), as browsers do it.</summary>
internal sealed class AttachedWebSocket : IAttachedClient, IDisposable
{
    private const string Accepts = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private readonly WebSocket socket;
    private readonly WebSocketMessageType kind;

    private AttachedWebSocket(WebSocket socket, WebSocketMessageType kind)
    {
        this.socket = socket;
        this.kind = kind;
    }

    public void Dispose() => socket.Dispose();

    /// <exception cref="EngineException">The request is no opening handshake.</exception>
    internal static async Task<AttachedWebSocket> TakeAsync(HttpContext context)
    {
        string key = context.Request.Headers.SecWebSocketKey.ToString();
        if (!context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase) || key.Length == 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "not websocket protocol");
        }

        if (context.Request.Headers.SecWebSocketVersion.ToString() != "13")
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "missing or bad WebSocket Version");
        }

        HijackableTransport transport = context.Features.Get<HijackableTransport>() ?? throw new EngineException(EngineErrorKind.System, "hijack: the connection cannot be taken");
        (PipeReader input, PipeWriter output) = transport.Hijack();
#pragma warning disable CA5350 // RFC 6455 names the hash; it protects nothing
        string answer = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Accepts)));
#pragma warning restore CA5350
        string protocol = context.Request.Headers.SecWebSocketProtocol.ToString() is { Length: > 0 } wanted ? $"Sec-WebSocket-Protocol: {wanted.Split(',')[0].Trim()}\r\n" : "";
        await output.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {answer}\r\n{protocol}\r\n")).ConfigureAwait(false);
        var stream = new PipeStream(input.AsStream(leaveOpen: true), output.AsStream(leaveOpen: true));

        // Text before API 1.28, which not every output is.
        return new AttachedWebSocket(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }), ApiVersion.Of(context) < 28 ? WebSocketMessageType.Text : WebSocketMessageType.Binary);
    }

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(bytes, kind, endOfMessage: true, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is WebSocketException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return [];
                }

                if (result.Count > 0)
                {
                    return buffer[..result.Count];
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Says farewell, if the client still listens.</summary>
    internal async Task CloseAsync(CancellationToken cancellation)
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is WebSocketException or IOException or InvalidOperationException)
        {
            // It has gone first.
        }
    }
}
