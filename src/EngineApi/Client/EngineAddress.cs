using System.Globalization;

namespace Wharf.EngineApi.Client;

/// <summary>Where an engine listens: <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
public sealed record EngineAddress
{
    public const string Default = "unix:///var/run/docker.sock";

    private EngineAddress(string text) => Text = text;

    /// <summary>As the user wrote it.</summary>
    public string Text { get; }

    /// <summary>The path of a unix socket, or null.</summary>
    public string? Path { get; private init; }

    public string Host { get; private init; } = "";

    public int Port { get; private init; }

    /// <summary>What stands before every route of a TCP address: mostly nothing.</summary>
    public string Prefix { get; private init; } = "";

    /// <exception cref="FormatException">The text names no address that this client can reach.</exception>
    public static EngineAddress Parse(string text, bool tls)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = end < 0 ? "tcp" : text[..end];
        string rest = end < 0 ? text : text[(end + 3)..];
        switch (scheme)
        {
            case "unix":
                return new EngineAddress(text) { Path = rest.Length == 0 ? "/var/run/docker.sock" : rest };
            case "tcp" or "http" or "https":
                return ParseTcp(text, rest, tls ? 2376 : 2375);
            default:
                throw new FormatException($"invalid bind address format: {text}");
        }
    }

    private static EngineAddress ParseTcp(string text, string rest, int port)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        string prefix = slash < 0 ? "" : rest[slash..].TrimEnd('/');
        string host = authority;
        int colon = authority.LastIndexOf(':');
        if (colon >= 0 && !authority.EndsWith(']'))
        {
            host = authority[..colon];
            if (!int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            {
                throw new FormatException($"invalid bind address \"{text}\": bad port \"{authority[(colon + 1)..]}\"");
            }
        }

        return new EngineAddress(text) { Host = host.Length == 0 ? "127.0.0.1" : host.Trim('[', ']'), Port = port, Prefix = prefix };
    }
}
