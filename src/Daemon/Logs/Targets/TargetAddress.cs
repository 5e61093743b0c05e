using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>PROTOCOL://HOST:PORT or PROTOCOL:///PATH of an option.</summary>
internal sealed record TargetAddress(string Protocol, string Host, int Port, string Path)
{
    internal bool IsStream => Protocol is "tcp" or "tcp+tls" or "unix";

    /// <param name="option">For messages.</param>
    /// <param name="text">As given.</param>
    /// <param name="protocols">That the driver has.</param>
    /// <param name="port">When none is given; null: one has to be.</param>
    /// <exception cref="EngineException">Another protocol, or no address.</exception>
    internal static TargetAddress Parse(string option, string text, IReadOnlyList<string> protocols, int? port)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        string protocol = end < 0 ? "tcp" : text[..end];
        string rest = end < 0 ? text : text[(end + 3)..];
        if (!protocols.Contains(protocol))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"{option}: \"{text}\": protocol \"{protocol}\" is none of {string.Join(", ", protocols)}");
        }

        if (protocol is "unix" or "unixgram")
        {
            return rest.StartsWith('/') ? new TargetAddress(protocol, "", 0, rest) : throw new EngineException(EngineErrorKind.InvalidParameter, $"{option}: \"{text}\": a path is wanted");
        }

        int colon = rest.LastIndexOf(':');
        bool hasPort = colon >= 0 && !rest.EndsWith(']');
        string host = hasPort ? rest[..colon] : rest;
        int number = hasPort ? (int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given is > 0 and < 65536 ? given : -1) : port ?? -1;
        return host.Length > 0 && number > 0
            ? new TargetAddress(protocol, host.Trim('[', ']'), number, "")
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"{option}: \"{text}\": HOST:PORT is wanted");
    }

    internal async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        bool local = Path.Length > 0;
        Socket socket = local ? new Socket(AddressFamily.Unix, IsStream ? SocketType.Stream : SocketType.Dgram, ProtocolType.Unspecified)
            : IsStream ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            EndPoint end = local ? new UnixDomainSocketEndPoint(Path)
                : IPAddress.TryParse(Host, out IPAddress? address) ? new IPEndPoint(address, Port)
                : new DnsEndPoint(Host, Port);
            await socket.ConnectAsync(end, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override string ToString() => Path.Length > 0 ? $"{Protocol}://{Path}" : $"{Protocol}://{Host}:{Port}";
}
