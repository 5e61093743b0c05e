using System.Globalization;
using Wharf.EngineApi.Containers;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>A port of a container that is to be published.</summary>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostAddress">Null for every address of the host.</param>
/// <param name="First">0: any port that is free.</param>
internal sealed record PortRequest(string Protocol, ushort Port, IpAddress? HostAddress, ushort First, ushort Last)
{
    /// <summary>All that a container asks for; those that it only exposes too, when all are to be published.</summary>
    /// <exception cref="EngineException">What is no port.</exception>
    internal static IReadOnlyList<PortRequest> Parse(HostConfig host, ContainerConfig config)
    {
        List<PortRequest> found = [];
        foreach ((string key, IReadOnlyList<PortBinding>? bindings) in host.PortBindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            (ushort port, string protocol) = Key(key);
            IReadOnlyList<PortBinding> wanted = bindings is { Count: > 0 } ? bindings : [new PortBinding()];
            found.AddRange(wanted.Select(binding => Of(port, protocol, binding)));
        }

        foreach (string key in host.PublishAllPorts ? config.ExposedPorts?.Keys ?? [] : [])
        {
            (ushort port, string protocol) = Key(key);
            if (!found.Exists(one => one.Port == port && one.Protocol == protocol))
            {
                found.Add(new PortRequest(protocol, port, null, 0, 0));
            }
        }

        return [.. found.OrderBy(one => one.Port).ThenBy(one => one.Protocol, StringComparer.Ordinal)];
    }

    /// <summary>PORT/PROTOCOL, where the protocol may be left out.</summary>
    internal static (ushort Port, string Protocol) Key(string text)
    {
        string[] parts = text.Split('/', 2);
        string protocol = parts.Length == 2 && parts[1].Length > 0 ? parts[1].ToLowerInvariant() : "tcp";
        return protocol is not ("tcp" or "udp" or "sctp") ? throw Invalid($"invalid port specification: \"{text}\": unknown protocol \"{protocol}\"")
            : Number(parts[0]) is { } port and > 0 ? (port, protocol)
            : throw Invalid($"invalid port specification: \"{text}\"");
    }

    private static PortRequest Of(ushort port, string protocol, PortBinding binding)
    {
        IpAddress? address = binding.HostIp.Length == 0 ? null
            : IpAddress.TryParse(binding.HostIp.Trim('[', ']'), out IpAddress given) ? given
            : throw Invalid($"invalid host IP address \"{binding.HostIp}\"");
        string[] range = binding.HostPort.Split('-');
        if (binding.HostPort.Length == 0)
        {
            return new PortRequest(protocol, port, address, 0, 0);
        }

        return range.Length <= 2 && Number(range[0]) is { } first && Number(range[^1]) is { } last && first <= last && (first > 0 || range.Length == 1)
            ? new PortRequest(protocol, port, address, first, last)
            : throw Invalid($"invalid port specification: \"{binding.HostPort}\"");
    }

    private static ushort? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
