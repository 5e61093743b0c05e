using System.Globalization;

namespace Wharf.Cli.Containers;

/// <summary>--publish and --expose: <c>[address:][host[-end]:]container[-end][/protocol]</c>.</summary>
internal sealed class PortSettings
{
    private readonly SortedSet<string> exposed = new(StringComparer.Ordinal);
    private readonly List<PortBinding> bindings = [];

    internal IReadOnlyCollection<string> Exposed => exposed;

    internal IReadOnlyList<PortBinding> Bindings => bindings;

    internal static PortSettings Parse(IEnumerable<string> published, IEnumerable<string> exposed)
    {
        var settings = new PortSettings();
        foreach (string text in published)
        {
            settings.Publish(text.Contains('=', StringComparison.Ordinal) ? Plain(text) : text);
        }

        foreach (string text in exposed)
        {
            (string ports, string protocol) = Protocol(text);
            (int first, int last) = Range(ports) ?? throw new InvalidSettingException($"invalid range format for --expose: {text}, error: Invalid range specification");
            for (int port = first; port <= last; port++)
            {
                settings.exposed.Add($"{port.ToString(CultureInfo.InvariantCulture)}/{protocol}");
            }
        }

        return settings;
    }

    private void Publish(string text)
    {
        (string body, string protocol) = Protocol(text);
        string address = "";
        if (body.StartsWith('['))
        {
            int close = body.IndexOf("]:", StringComparison.Ordinal);
            address = close > 0 ? body[1..close] : throw new InvalidSettingException($"Invalid ip address: {text}");
            body = body[(close + 2)..];
        }

        string[] parts = body.Split(':');
        string inner = parts[^1];
        string outer = parts.Length > 1 ? parts[^2] : "";
        if (parts.Length > 2)
        {
            address = string.Join(':', parts[..^2]);
        }

        if (address.Length > 0 && !System.Net.IPAddress.TryParse(address, out _))
        {
            throw new InvalidSettingException($"invalid IP address: {address}");
        }

        if (inner.Length == 0)
        {
            throw new InvalidSettingException($"no port specified: {text}<empty>");
        }

        (int first, int last) = Range(inner) ?? throw new InvalidSettingException($"invalid containerPort: {inner}");
        (int First, int Last)? host = outer.Length == 0 ? null : Range(outer) ?? throw new InvalidSettingException($"invalid hostPort: {outer}");
        if (host is { } given && given.Last - given.First != last - first && first != last)
        {
            throw new InvalidSettingException($"invalid ranges specified for container and host Ports: {inner} and {outer}");
        }

        for (int port = first; port <= last; port++)
        {
            string name = $"{port.ToString(CultureInfo.InvariantCulture)}/{protocol}";
            string on = host is not { } range ? ""
                : first == last && range.First != range.Last ? outer
                : (range.First + port - first).ToString(CultureInfo.InvariantCulture);
            exposed.Add(name);
            bindings.Add(new PortBinding(name, address, on));
        }
    }

    /// <summary>target=80,published=8080,protocol=tcp,mode=host.</summary>
    private static string Plain(string text)
    {
        IReadOnlyDictionary<string, string> fields = Variables.Map(text.Split(','));
        string target = fields.GetValueOrDefault("target", "");
        string published = fields.GetValueOrDefault("published", "");
        return target.Length == 0 ? throw new InvalidSettingException($"invalid argument \"{text}\" for \"-p, --publish\" flag: missing mandatory field \"target\"")
            : $"{(published.Length > 0 ? published + ":" : "")}{target}/{fields.GetValueOrDefault("protocol", "tcp")}";
    }

    private static (string Ports, string Protocol) Protocol(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        return protocol is "tcp" or "udp" or "sctp" ? (slash < 0 ? text : text[..slash], protocol) : throw new InvalidSettingException($"invalid proto: {protocol}");
    }

    private static (int First, int Last)? Range(string text)
    {
        string[] ends = text.Split('-');
        return ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first <= last && last <= 65535
            ? (first, last)
            : null;
    }
}
