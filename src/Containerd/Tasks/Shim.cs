using System.Diagnostics;
using Google.Protobuf;
using Wharf.ContainerdApi.ShimTask;
using Wharf.ContainerdApi.Tracing;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Tasks;

/// <summary>A shim that runs: its bundle and the connection to it.</summary>
internal sealed class Shim(Bundle bundle, string program, ShimEndpoint endpoint, TtrpcClient client) : IAsyncDisposable
{
    private const string SandboxService = "containerd.runtime.sandbox.v1.Sandbox";
    private readonly TaskCompletionSource<DeleteResponse> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Bundle Bundle => bundle;

    public string Program => program;

    public ShimEndpoint Endpoint => endpoint;

    /// <summary>True when it keeps a sandbox; tasks of it come by other bundles.</summary>
    public bool IsSandbox { get; set; }

    /// <summary>True when it is a sandbox's shim, which does not end with this task.</summary>
    public bool IsShared { get; init; }

    /// <summary>Completes when the connection ends.</summary>
    public Task Closed => client.Closed;

    /// <summary>True from the moment on that this daemon ends the shim itself.</summary>
    public bool Ending { get; set; }

    /// <summary>True when the task was created and is this shim's.</summary>
    public bool Created { get; set; }

    /// <summary>How the container of a shim that died ended.</summary>
    public Task<DeleteResponse> Lost => lost.Task;

    public static async Task<Shim> ConnectAsync(Bundle bundle, string program, ShimEndpoint endpoint, bool shared, CancellationToken cancellation) =>
        new(bundle, program, endpoint, await TtrpcClient.ConnectAsync(endpoint.SocketPath, cancellation).ConfigureAwait(false)) { IsShared = shared };

    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T> => parser.ParseFrom(await SendAsync(endpoint.Service, method, request, cancellation).ConfigureAwait(false));

    public Task CallAsync(string method, IMessage request, CancellationToken cancellation) => SendAsync(endpoint.Service, method, request, cancellation);

    public async Task<T> CallSandboxAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T> => parser.ParseFrom(await SendAsync(SandboxService, method, request, cancellation).ConfigureAwait(false));

    public Task CallSandboxAsync(string method, IMessage request, CancellationToken cancellation) => SendAsync(SandboxService, method, request, cancellation);

    public ProcessRequest Request(string execId = "") => new() { Id = bundle.Id, ExecId = execId };

    public void SetLost(DeleteResponse end) => lost.TrySetResult(end);

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task<byte[]> SendAsync(string service, string method, IMessage request, CancellationToken cancellation)
    {
        using Activity? span = Spans.Source.StartActivity($"{service}/{method}", ActivityKind.Client);
        span?.SetTag("rpc.system", "ttrpc").SetTag("containerd.namespace", bundle.Namespace).SetTag("container.id", bundle.Id);
        try
        {
            return await client.CallAsync(new TtrpcRequest(service, method, request.ToByteArray()) { Metadata = [.. Spans.Headers()] }, cancellation).ConfigureAwait(false);
        }
        catch (TtrpcException error)
        {
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
    }
}
