using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Wharf.Containerd.Rpc;

/// <summary>The HTTP/2 server below gRPC, on a unix socket.</summary>
internal static class GrpcListener
{
    private const int StreamWindow = 1 << 20;
    private const int ConnectionWindow = 4 << 20;

    public static KestrelServer Create(string path, ILoggerFactory loggers)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;

        // Every wait and every subscription is a stream of its client's one connection.
        kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindow;
        kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);
        return new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }
}
