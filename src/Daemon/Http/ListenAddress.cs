using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Wharf.Daemon.Http;

/// <summary>Where the API is served: <c>unix://PATH</c>, <c>tcp://HOST:PORT</c>, or <c>fd://NAME</c> of a socket that the service manager opened, as -H takes it.</summary>
internal sealed record ListenAddress(string Text, string? Path, IPEndPoint? EndPoint)
{
    /// <summary>A socket that somebody else has opened.</summary>
    public int? Descriptor { get; private init; }

    public const string Default = "unix:///var/run/docker.sock";

    private const int PlainPort = 2375;
    private const int ProtectedPort = 2376;

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLocal => EndPoint is null || IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>The addresses that a text names: all sockets of the service manager, or one.</summary>
    public static IEnumerable<ListenAddress> ParseAll(string text, bool tls)
    {
        const string descriptors = "fd://";
        if (!text.StartsWith(descriptors, StringComparison.Ordinal))
        {
            return [Parse(text, tls)];
        }

        string name = text[descriptors.Length..];
        ListenAddress[] found = [.. Host.SystemdService.Sockets()
            .Where(socket => name is "" or "*" || socket.Name == name || socket.Number.ToString(CultureInfo.InvariantCulture) == name)
            .Select(socket => new ListenAddress(text, null, null) { Descriptor = socket.Number })];
        return found.Length > 0 ? found : throw new EngineException(EngineErrorKind.System, $"listen on \"{text}\": no sockets found via socket activation: make sure the service was started by systemd");
    }

    /// <exception cref="EngineException">The text names no address, or a name that does not resolve.</exception>
    public static ListenAddress Parse(string text, bool tls)
    {
        const string unix = "unix://";
        const string tcp = "tcp://";
        if (text.StartsWith(unix, StringComparison.Ordinal))
        {
            return new ListenAddress(text, text.Length > unix.Length ? text[unix.Length..] : Default[unix.Length..], null);
        }

        string rest = text.StartsWith(tcp, StringComparison.Ordinal) ? text[tcp.Length..] : text;
        if (rest.Contains("://", StringComparison.Ordinal) || rest.Contains('/', StringComparison.Ordinal))
        {
            throw Invalid(text);
        }

        int colon = rest.EndsWith(']') ? -1 : rest.LastIndexOf(':');
        string host = (colon < 0 ? rest : rest[..colon]).Trim('[', ']');
        int port = tls ? ProtectedPort : PlainPort;
        return colon >= 0 && (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            ? throw Invalid(text)
            : new ListenAddress(text, null, new IPEndPoint(Resolve(text, host), port));
    }

    private static IPAddress Resolve(string text, string host)
    {
        // No host is this machine alone, as with dockerd: every address has to be asked for.
        if (host.Length == 0)
        {
            return IPAddress.Loopback;
        }

        try
        {
            return IPAddress.TryParse(host, out IPAddress? literal) ? literal : Dns.GetHostAddresses(host)[0];
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"listen on \"{text}\": look up \"{host}\": no such host", error);
        }
    }

    private static EngineException Invalid(string text) =>
        new(EngineErrorKind.InvalidParameter, $"listen on \"{text}\": expected unix://PATH or tcp://ADDRESS:PORT");
}
