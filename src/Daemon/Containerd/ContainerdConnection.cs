using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Wharf.Daemon.Containerd;

/// <summary>The gRPC channel to containerd. Calls carry docker's namespace; connections are made, and made again, when they are needed.</summary>
internal sealed class ContainerdConnection : IDisposable
{
    /// <summary>Where dockerd keeps what is its own, so that both see the same images.</summary>
    public const string Namespace = "moby";

    private const int LargestMessage = 16 << 20;
    private readonly GrpcChannel _channel;

    public ContainerdConnection(string socketPath)
    {
        SocketPath = socketPath;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation).ConfigureAwait(false);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
            MaxSendMessageSize = LargestMessage,
        });
        Calls = _channel.Intercept(headers => With(headers, "containerd-namespace", Namespace));
    }

    public string SocketPath { get; }

    /// <summary>Makes calls in the namespace.</summary>
    public CallInvoker Calls { get; }

    /// <summary>Makes calls whose results belong to a lease.</summary>
    public CallInvoker CallsUnder(string lease) => Calls.Intercept(headers => With(headers, "containerd-lease", lease));

    public void Dispose() => _channel.Dispose();

    private static Metadata With(Metadata headers, string name, string value)
    {
        headers.Add(name, value);
        return headers;
    }
}
