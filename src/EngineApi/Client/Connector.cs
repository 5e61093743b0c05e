using System.Net;
using System.Net.Sockets;

namespace Wharf.EngineApi.Client;

/// <summary>Opens connections to one engine.</summary>
internal sealed class Connector(EngineAddress address, TlsSettings? tls, Func<Socket>? dial = null)
{
    internal string Scheme => tls is null ? "http" : "https";

    /// <param name="request">What the connection is for, for messages.</param>
    /// <exception cref="UnreachableException">Nobody listens there, or this user may not connect.</exception>
    internal Connection Open(string request)
    {
        Socket? socket = null;
        try
        {
            if (dial is not null)
            {
                socket = dial();
            }
            else if (address.Path is { } path)
            {
                socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(path.StartsWith('@') ? '\0' + path[1..] : path));
            }
            else
            {
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (IPAddress.TryParse(address.Host, out IPAddress? literal))
                {
                    socket.Connect(literal, address.Port);
                }
                else
                {
                    socket.Connect(address.Host, address.Port);
                }
            }

            return new Connection(socket, tls is null ? null : new TlsHandshake(address.Host, tls).Run(socket));
        }
        catch (Exception error) when (error is not UnreachableException)
        {
            socket?.Dispose();
            throw new UnreachableException(Describe(error, request), error);
        }
    }

    private string Describe(Exception error, string request) => error switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"permission denied while trying to connect to the Docker daemon socket at {address.Text}",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            $"error during connect: {request}: dial tcp: lookup {address.Host}: no such host",
        ArgumentOutOfRangeException => $"error during connect: socket path \"{address.Path}\" is longer than 107 bytes",
        SocketException => $"Cannot connect to the Docker daemon at {address.Text}. Is the docker daemon running?",
        _ => $"error during connect: {request}: {error.Message}",
    };
}
