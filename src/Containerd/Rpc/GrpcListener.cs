using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wharf.Containerd.Configuration;

namespace Wharf.Containerd.Rpc;

/// <summary>gRPC over HTTP/2 on a unix socket.</summary>
internal static class GrpcListener
{
    public static WebApplicationBuilder Builder(ContainerdOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(Level(options.LogLevel)).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Critical);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => Configure(grpc, options));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;

            // Every wait and every subscription is a stream of its client's one connection.
            kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
            kestrel.ListenUnixSocket(options.Address, listen => listen.Protocols = HttpProtocols.Http2);
        });
        return builder;
    }

    private static void Configure(GrpcServiceOptions grpc, ContainerdOptions options)
    {
        grpc.MaxReceiveMessageSize = options.LargestRequest;
        grpc.MaxSendMessageSize = options.LargestResponse;
        grpc.EnableDetailedErrors = true;
        grpc.Interceptors.Add<ErrorInterceptor>();
    }

    private static LogLevel Level(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Critical,
    };
}
