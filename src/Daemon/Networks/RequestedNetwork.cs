using Wharf.EngineApi.Containers;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>What a create asks of its network besides the name, as far as the built-in networks give it.</summary>
internal static class RequestedNetwork
{
    /// <summary>The hardware address that the container should have; empty: any.</summary>
    /// <exception cref="EngineException">The network cannot give what is asked for.</exception>
    internal static string MacAddress(CreateRequest request, string mode)
    {
        string mac = request.MacAddress;
        foreach ((string name, RequestedEndpoint? endpoint) in request.NetworkingConfig?.EndpointsConfig ?? new Dictionary<string, RequestedEndpoint?>())
        {
            if (endpoint is null)
            {
                continue;
            }

            if (endpoint.IPAMConfig is { } addresses && (addresses.IPv4Address.Length > 0 || addresses.IPv6Address.Length > 0 || addresses.LinkLocalIPs is { Count: > 0 }))
            {
                throw Invalid($"invalid config for network {name}: invalid endpoint settings: user specified IP address is supported on user defined networks only");
            }

            if (endpoint.Aliases is { Count: > 0 })
            {
                throw Invalid($"invalid config for network {name}: invalid endpoint settings: network-scoped aliases are only supported for user-defined networks");
            }

            mac = endpoint.MacAddress.Length > 0 ? endpoint.MacAddress : mac;
        }

        return mac.Length == 0 ? ""
            : mode is NetworkMode.Host or NetworkMode.None || NetworkMode.Target(mode) is not null ? throw Invalid("conflicting options: mac-address and the network mode")
            : Network.Addresses.MacAddress.Parse(mac) is { } bytes && (bytes[0] & 1) == 0 ? Network.Addresses.MacAddress.Text(bytes)
            : throw Invalid($"invalid MAC address \"{mac}\": expected six pairs of hexadecimal digits of one machine's address");
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
