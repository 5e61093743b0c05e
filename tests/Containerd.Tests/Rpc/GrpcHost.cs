using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Wharf.Containerd.Observation;
using Wharf.Containerd.Rpc;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Tests.Rpc;

/// <summary>The daemon's gRPC server with a service of the test's own, and a client of it.</summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-grpc-").FullName;
    private readonly KestrelServer server;

    private GrpcHost()
    {
        Socket = Path.Combine(folder, "s");
        server = GrpcListener.Create(Socket, NullLoggerFactory.Instance);
        Client = new GrpcInvoker(Socket);
    }

    public string Socket { get; }

    public GrpcInvoker Client { get; }

    public static async Task<GrpcHost> StartAsync(Action<ServiceBinderBase> bind)
    {
        var services = new ServiceTable();
        bind(services);
        var host = new GrpcHost();
        await host.server.StartAsync(new GrpcApplication(services, new GrpcLimits(GrpcWire.LargestMessage, GrpcWire.LargestMessage), new CallCounts(), NullLogger.Instance), CancellationToken.None);
        return host;
    }

    /// <summary>Ends the server at once, as a kill would.</summary>
    public Task AbortAsync() => server.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await AbortAsync();
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
