using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Daemon.Containerd;

/// <summary>The way to containerd. Calls carry docker's namespace; connections are made, and made again, when they are needed.</summary>
internal sealed class ContainerdConnection : IDisposable
{
    /// <summary>Where dockerd keeps what is its own, so that both see the same images.</summary>
    public const string Namespace = "moby";

    private readonly GrpcInvoker _invoker;
    private readonly GrpcInvoker _calls;

    public ContainerdConnection(string socketPath)
    {
        SocketPath = socketPath;
        _invoker = new GrpcInvoker(socketPath);
        _calls = _invoker.With("containerd-namespace", Namespace);
    }

    public string SocketPath { get; }

    /// <summary>Makes calls in the namespace.</summary>
    public CallInvoker Calls => _calls;

    /// <summary>Makes calls whose results belong to a lease.</summary>
    public CallInvoker CallsUnder(string lease) => _calls.With("containerd-lease", lease);

    public void Dispose() => _invoker.Dispose();
}
