using Grpc.Core;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Proxies;

/// <summary>Connections to other programs that this daemon has parts of itself in: one to each socket, made when it is needed.</summary>
internal sealed class ProxyConnections : IDisposable
{
    private readonly Dictionary<string, GrpcInvoker> invokers = [];

    public GrpcInvoker To(string address)
    {
        string path = address.StartsWith("unix://", StringComparison.Ordinal) ? address["unix://".Length..] : address;
        lock (invokers)
        {
            return invokers.TryGetValue(path, out GrpcInvoker? known) ? known : invokers[path] = new GrpcInvoker(path);
        }
    }

    /// <summary>What another program's refusal is here.</summary>
    public static ContainerdException Failure(string name, RpcException error) => new(
        error.StatusCode switch
        {
            StatusCode.InvalidArgument => ErrorKind.InvalidArgument,
            StatusCode.NotFound => ErrorKind.NotFound,
            StatusCode.AlreadyExists => ErrorKind.AlreadyExists,
            StatusCode.FailedPrecondition => ErrorKind.FailedPrecondition,
            StatusCode.Unavailable => ErrorKind.Unavailable,
            StatusCode.OutOfRange => ErrorKind.OutOfRange,
            StatusCode.Unimplemented => ErrorKind.Unimplemented,
            _ => ErrorKind.Unknown,
        },
        $"proxy \"{name}\": {error.Status.Detail}",
        error);

    public void Dispose()
    {
        foreach (GrpcInvoker invoker in invokers.Values)
        {
            invoker.Dispose();
        }
    }
}
