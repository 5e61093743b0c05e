using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Wharf.Daemon.Http;

/// <summary>Serves the API on unix sockets and TCP addresses.</summary>
internal static class Listener
{
    public const string DefaultHost = "unix:///var/run/docker.sock";

    public static WebApplication Create(IReadOnlyList<string> hosts, Router router)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (string host in hosts.Count == 0 ? [DefaultHost] : hosts)
            {
                Listen(kestrel, host);
            }
        });
        WebApplication application = builder.Build();
        application.Run(router.InvokeAsync);
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, string host)
    {
        if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            string path = host["unix://".Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
            // A socket that a killed daemon left refuses the next bind.
            File.Delete(path);
            kestrel.ListenUnixSocket(path, listen => listen.Use(HijackableTransport.Middleware));
        }
        else if (host.StartsWith("tcp://", StringComparison.Ordinal) && IPEndPoint.TryParse(host["tcp://".Length..], out IPEndPoint? address))
        {
            kestrel.Listen(address, listen => listen.Use(HijackableTransport.Middleware));
        }
        else
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"listen on \"{host}\": expected unix://PATH or tcp://ADDRESS:PORT");
        }
    }
}
