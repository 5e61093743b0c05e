using System.Globalization;

namespace Wharf.EngineApi.Client;

/// <summary>Where an engine listens: <c>unix:///path</c>, <c>tcp://host:port</c> or <c>ssh://user@host</c>.</summary>
public sealed record EngineAddress
{
    public const string Default = "unix:///var/run/docker.sock";

    private EngineAddress(string text) => Text = text;

    /// <summary>As the user wrote it.</summary>
    public string Text { get; }

    /// <summary>The path of a unix socket, or null.</summary>
    public string? Path { get; private init; }

    /// <summary>The machine of an address <c>ssh://[user@]host[:port][/path]</c>, or null.</summary>
    public Uri? Remote { get; private init; }

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
            case "ssh":
                return ParseSsh(text);
            case "tcp" or "http" or "https":
                return ParseTcp(text, rest, tls ? 2376 : 2375);
            default:
                throw new FormatException($"invalid bind address format: {text}");
        }
    }

    private static EngineAddress ParseSsh(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? remote) || remote.Host.Length == 0)
        {
            throw new FormatException("ssh host connection is not valid: no host specified");
        }

        string? refusal = remote.UserInfo.Contains(':', StringComparison.Ordinal) ? "plain-text password is not supported"
            : remote.Query.Length > 0 ? $"query parameters are not allowed: \"{remote.Query[1..]}\""
            : remote.Fragment.Length > 0 ? $"fragments are not allowed: \"{remote.Fragment[1..]}\""
            : null;
        return refusal is null ? new EngineAddress(text) { Remote = remote, Host = remote.Host } : throw new FormatException($"ssh host connection is not valid: {refusal}");
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
