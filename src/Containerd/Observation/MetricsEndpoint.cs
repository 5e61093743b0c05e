using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Tasks;
using Wharf.Ttrpc;
using ShimApi = Wharf.ContainerdApi.ShimTask;

namespace Wharf.Containerd.Observation;

/// <summary>Prometheus's page on TCP, as containerd has it: <c>/v1/metrics</c>.</summary>
internal sealed class MetricsEndpoint(CallCounts calls, ServiceTable services, ShimTable shims, CollectionCounts collections) : IHttpApplication<HttpContext>
{
    private const string Path = "/v1/metrics";
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan ShimLimit = TimeSpan.FromSeconds(2);

    /// <summary>The server, not yet started; null when the configuration names no address.</summary>
    public static KestrelServer? Server(string address, ILoggerFactory loggers)
    {
        if (address.Length == 0)
        {
            return null;
        }

        // Go's form: an empty host is every address.
        string given = address.StartsWith(':') ? "0.0.0.0" + address : address.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal);
        IPEndPoint endpoint = IPEndPoint.TryParse(given, out IPEndPoint? parsed) && parsed.Port > 0 ? parsed : throw ContainerdException.Invalid($"metrics address \"{address}\": not an address with a port");
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
        return new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The server owns all that the context leads to.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (context.Request.Path != Path)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        byte[] page = Encoding.UTF8.GetBytes(await PageAsync(context.RequestAborted).ConfigureAwait(false));
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<string> PageAsync(CancellationToken cancellation)
    {
        var text = new MetricsText();
        text.Gauge("containerd_build_info_total", "containerd build information", 1, ("revision", VersionService.Own), ("version", VersionService.Number));
        AddProcess(text);
        foreach ((string method, long count) in calls.Started)
        {
            text.Counter("grpc_server_started_total", "Total number of RPCs started on the server.", count, ("grpc_method", Method(method)), ("grpc_service", Service(method)), ("grpc_type", Type(method)));
        }

        foreach ((string method, StatusCode code, long count) in calls.Handled)
        {
            text.Counter("grpc_server_handled_total", "Total number of RPCs completed on the server, regardless of success or failure.", count, ("grpc_code", code.ToString()), ("grpc_method", Method(method)), ("grpc_service", Service(method)), ("grpc_type", Type(method)));
        }

        foreach ((string method, Durations took) in calls.Took)
        {
            text.Histogram("grpc_server_handling_seconds", "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.", took, ("grpc_method", Method(method)), ("grpc_service", Service(method)), ("grpc_type", Type(method)));
        }

        text.Counter("containerd_gc_collections_total", "counter of gc scheduler collections", collections.Succeeded, ("status", "success"));
        text.Counter("containerd_gc_collections_total", "counter of gc scheduler collections", collections.Failed, ("status", "fail"));
        text.Histogram("containerd_gc_gc_seconds", "duration of gc scheduler collections", collections.Took);
        (string Namespace, string Id, ShimApi.StatsResponse? Stats)[] figures = await Task.WhenAll(shims.Everywhere.Select(shim => AskAsync(shim, cancellation))).ConfigureAwait(false);
        foreach ((string scope, string id, ShimApi.StatsResponse? stats) in figures.Where(one => one.Stats?.Stats is not null))
        {
            ContainerFigures.Add(text, scope, id, stats!.Stats);
        }

        return text.ToString();
    }

    private string Type(string path) => services.Find(path).Kind switch
    {
        MethodType.Unary => "unary",
        MethodType.ClientStreaming => "client_stream",
        MethodType.ServerStreaming => "server_stream",
        _ => "bidi_stream",
    };

    private static string Method(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Service(string path) => path[1..Math.Max(1, path.LastIndexOf('/'))];

    private static async Task<(string, string, ShimApi.StatsResponse?)> AskAsync(Shim shim, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ShimLimit);
        try
        {
            return (shim.Bundle.Namespace, shim.Bundle.Id, await shim.CallAsync("Stats", shim.Request(), ShimApi.StatsResponse.Parser, limit.Token).ConfigureAwait(false));
        }
        catch (Exception error) when (error is TtrpcException or InvalidProtocolBufferException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // It has ended, or does not answer: the page is about the others too.
            return (shim.Bundle.Namespace, shim.Bundle.Id, null);
        }
    }

    private static void AddProcess(MetricsText text)
    {
        // proc_pid_stat(5), from the third field on: the second may have spaces and brackets.
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double Field(int number) => double.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        double boot = double.Parse(File.ReadLines("/proc/stat").First(line => line.StartsWith("btime ", StringComparison.Ordinal)).AsSpan(6), CultureInfo.InvariantCulture);
        text.Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", (Field(14) + Field(15)) / TicksPerSecond);
        text.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.", Field(24) * Environment.SystemPageSize);
        text.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", Field(23));
        text.Gauge("process_open_fds", "Number of open file descriptors.", Directory.EnumerateFiles("/proc/self/fd").Count());
        text.Gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", boot + (Field(22) / TicksPerSecond));
        text.Gauge("process_threads", "Number of OS threads in the process.", Field(20));
    }
}
