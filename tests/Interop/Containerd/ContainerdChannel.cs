using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Calls that Debian's ctr has no command for.</summary>
internal sealed class ContainerdChannel : IDisposable
{
    private readonly GrpcChannel channel;

    internal ContainerdChannel(WharfContainerd containerd, string scope = "default")
        : this(containerd.Socket, scope)
    {
    }

    internal ContainerdChannel(string path, string scope = "default")
    {
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
        });
        Calls = channel.Intercept(metadata =>
        {
            metadata.Add("containerd-namespace", scope);
            return metadata;
        });
    }

    internal CallInvoker Calls { get; }

    public void Dispose() => channel.Dispose();
}
