using Google.Protobuf;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Tasks;

/// <summary>A shim that runs: its bundle and the connection to it.</summary>
internal sealed class Shim(Bundle bundle, string program, string service, TtrpcClient client) : IAsyncDisposable
{
    private readonly TaskCompletionSource<DeleteResponse> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Bundle Bundle => bundle;

    public string Program => program;

    /// <summary>Completes when the connection ends.</summary>
    public Task Closed => client.Closed;

    /// <summary>True from the moment on that this daemon ends the shim itself.</summary>
    public bool Ending { get; set; }

    /// <summary>True when the task was created and is this shim's.</summary>
    public bool Created { get; set; }

    /// <summary>How the container of a shim that died ended.</summary>
    public Task<DeleteResponse> Lost => lost.Task;

    public static async Task<Shim> ConnectAsync(Bundle bundle, string program, ShimEndpoint endpoint, CancellationToken cancellation) =>
        new(bundle, program, endpoint.Service, await TtrpcClient.ConnectAsync(endpoint.SocketPath, cancellation).ConfigureAwait(false));

    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T> => parser.ParseFrom(await client.CallAsync(service, method, request.ToByteArray(), cancellation).ConfigureAwait(false));

    public Task CallAsync(string method, IMessage request, CancellationToken cancellation) =>
        client.CallAsync(service, method, request.ToByteArray(), cancellation);

    public ProcessRequest Request(string execId = "") => new() { Id = bundle.Id, ExecId = execId };

    public void SetLost(DeleteResponse end) => lost.TrySetResult(end);

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
