using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Wharf.Linux;

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

    /// <summary>The group "docker" may use the socket when the host has it; nobody else but root.</summary>
    public static void Protect(IReadOnlyList<string> hosts)
    {
        foreach (string host in (hosts.Count == 0 ? [DefaultHost] : hosts).Where(host => host.StartsWith("unix://", StringComparison.Ordinal)))
        {
            string path = host["unix://".Length..];
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            string[]? group = File.Exists("/etc/group") ? File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[0] == "docker") : null;
            if (group is not null && uint.TryParse(group[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            {
                using FileDescriptor socket = Files.Open(path, OpenFlags.Path);
                Files.ChangeOwner(socket, 0, id, path);
            }
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

    private static void Listen(KestrelServerOptions kestrel, string host)
    {
        if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            string path = host["unix://".Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
            if (Answers(path))
            {
                throw new EngineException(EngineErrorKind.System, $"listen on \"{host}\": another process listens there");
            }

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
