using Grpc.Core;

namespace Wharf.Containerd.Rpc;

/// <summary>The methods that the daemon serves, by their path: "/package.Service/Method".</summary>
internal sealed class ServiceTable : ServiceBinderBase
{
    private readonly Dictionary<string, GrpcMethod> methods = [];
    private readonly HashSet<string> services = [];

    /// <exception cref="RpcException">There is no such method; the words are those of the Go server.</exception>
    public GrpcMethod Find(string path)
    {
        if (methods.TryGetValue(path, out GrpcMethod? method))
        {
            return method;
        }

        int slash = path.LastIndexOf('/');
        string service = slash > 0 ? path[1..slash] : "";
        string detail = service.Length == 0 ? $"malformed method name: \"{path}\""
            : services.Contains(service) ? $"unknown method {path[(slash + 1)..]} for service {service}"
            : $"unknown service {service}";
        throw new RpcException(new Status(StatusCode.Unimplemented, detail));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new UnaryMethod<TRequest, TResponse>(method, handler!));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new ServerStreamingMethod<TRequest, TResponse>(method, handler!));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new ClientStreamingMethod<TRequest, TResponse>(method, handler!));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, new DuplexMethod<TRequest, TResponse>(method, handler!));

    /// <summary>Serves all methods of a service under a second name, for clients that know that one: the messages are the same on the wire.</summary>
    public void AddName(string service, string name)
    {
        foreach ((string path, GrpcMethod method) in methods.Where(entry => entry.Key.StartsWith($"/{service}/", StringComparison.Ordinal)).ToArray())
        {
            methods.Add($"/{name}{path[(service.Length + 1)..]}", method);
        }

        services.Add(name);
    }

    private void Add(IMethod method, GrpcMethod bound)
    {
        methods.Add(method.FullName, bound);
        services.Add(method.ServiceName);
    }
}
