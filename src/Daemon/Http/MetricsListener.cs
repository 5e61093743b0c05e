using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Wharf.Daemon.Http;

/// <summary>Serves GET /metrics, and nothing else, at an address of its own.</summary>
internal static class MetricsListener
{
    /// <exception cref="EngineException">The text is no address.</exception>
    internal static WebApplication Create(string address, Func<string> metrics)
    {
        if (!IPEndPoint.TryParse(address, out IPEndPoint? place) || place.Port == 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"metrics address \"{address}\": ADDRESS:PORT is wanted");
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(place, listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication application = builder.Build();
        application.Run(context =>
        {
            if (context.Request.Path != "/metrics" || !HttpMethods.IsGet(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(metrics(), context.RequestAborted);
        });
        return application;
    }
}
