using System.Text;

namespace Wharf.Daemon.Networks;

/// <summary>hosts(5) of a container.</summary>
internal static class HostsFile
{
    private const string Start = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";
    private const string GatewayOfHost = "host-gateway";

    /// <summary>Of a container with a network of its own: the usual names, the user's, and its own when it has an address.</summary>
    internal static string ForOwnNetwork(IReadOnlyList<string> extra, string gateway, IReadOnlyList<string> addresses, string hostName, string domain)
    {
        string names = domain.Length > 0 ? $"{hostName}.{domain} {hostName}" : hostName;
        return Start + Extra(extra, gateway) + string.Concat(addresses.Select(address => $"{address}\t{names}\n"));
    }

    /// <summary>Of a container on the host's network: the host's file, and the user's names.</summary>
    internal static string ForHostNetwork(string host, IReadOnlyList<string> extra, string gateway) => (host.Length == 0 ? Start : host) + Extra(extra, gateway);

    /// <summary>Each is NAME:ADDRESS, where the address may be the host itself.</summary>
    private static string Extra(IReadOnlyList<string> extra, string gateway)
    {
        var text = new StringBuilder();
        foreach (string entry in extra)
        {
            int end = entry.IndexOfAny([':', '=']);
            string address = end > 0 ? entry[(end + 1)..] : "";
            if (address == GatewayOfHost)
            {
                address = gateway.Length > 0 ? gateway : throw new EngineException(EngineErrorKind.InvalidParameter, $"unable to derive the IP value for {GatewayOfHost}");
            }

            if (end <= 0 || !System.Net.IPAddress.TryParse(address.Trim('[', ']'), out _) || entry.AsSpan(0, end).ContainsAny(" \t\r\n#"))
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid extra host \"{entry}\": NAME:ADDRESS is wanted");
            }

            text.Append(address.Trim('[', ']')).Append('\t').Append(entry, 0, end).Append('\n');
        }

        return text.ToString();
    }
}
