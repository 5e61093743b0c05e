using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Wharf.Daemon.Configuration;
using Wharf.Linux;

namespace Wharf.Daemon.Http;

/// <summary>Serves the API on unix sockets and TCP addresses.</summary>
internal static class Listener
{
    public static WebApplication Create(IReadOnlyList<ListenAddress> addresses, TlsFiles? tls, Router router)
    {
        TlsListener? protection = tls is null ? null : new TlsListener(tls);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (ListenAddress address in addresses)
            {
                Listen(kestrel, address, protection);
            }
        });
        if (protection is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        WebApplication application = builder.Build();
        application.Run(router.InvokeAsync);
        return application;
    }

    /// <summary>What dockerd says of addresses that anybody may use who reaches them.</summary>
    public static IEnumerable<string> Warnings(IReadOnlyList<ListenAddress> addresses, TlsFiles? tls)
    {
        foreach (ListenAddress address in addresses.Where(address => address.EndPoint is not null && tls?.Verify != true))
        {
            yield return $"listen on \"{address.Text}\": Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.";
            yield return $"listen on \"{address.Text}\": Binding to an IP address, even on localhost, can also give access to scripts run in a browser. Be safe out there!";
            if (!address.IsLocal)
            {
                yield return $"listen on \"{address.Text}\": Please consider generating tls certificates with client validation to prevent exposing unauthenticated root access to your network";
            }
        }
    }

    /// <summary>The group may use the sockets when the host has it; nobody else but root.</summary>
    public static void Protect(IReadOnlyList<ListenAddress> addresses, uint? group)
    {
        foreach (string path in addresses.Select(address => address.Path).OfType<string>())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            using FileDescriptor socket = Files.Open(path, OpenFlags.Path);
            Files.ChangeOwner(socket, 0, group ?? 0, path);
        }
    }

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, TlsListener? protection)
    {
        if (address.EndPoint is { } endPoint)
        {
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                protection?.Protect(listen);

                // Above TLS: what is taken over are the bytes that were protected.
                listen.Use(HijackableTransport.Middleware);
            });
            return;
        }

        if (address.Descriptor is { } descriptor)
        {
            kestrel.ListenHandle((ulong)descriptor, listen => listen.Use(HijackableTransport.Middleware));
            return;
        }

        string path = address.Path!;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path) ?? "/");
        if (Answers(path))
        {
            throw new EngineException(EngineErrorKind.System, $"listen on \"{address.Text}\": another process listens there");
        }

        // A socket that a killed daemon left refuses the next bind.
        File.Delete(path);
        kestrel.ListenUnixSocket(path, listen => listen.Use(HijackableTransport.Middleware));
    }
}
