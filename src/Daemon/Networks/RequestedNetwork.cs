using Wharf.EngineApi.Containers;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>What a request asks of the networks that a container is connected to.</summary>
internal static class RequestedNetwork
{
    /// <summary>The container's ends of networks, that of its mode first; none when it shares another's.</summary>
    /// <param name="nameOf">The name of the network that a text stands for; the text itself when there is none yet.</param>
    /// <exception cref="EngineException">A network cannot give what is asked for.</exception>
    internal static IReadOnlyList<ContainerEndpoint> Endpoints(CreateRequest request, string mode, Func<string, string> nameOf)
    {
        var wanted = new Dictionary<string, RequestedEndpoint>();
        foreach ((string key, RequestedEndpoint? endpoint) in request.NetworkingConfig?.EndpointsConfig ?? new Dictionary<string, RequestedEndpoint?>())
        {
            string name = key == "default" ? NetworkMode.Bridge : nameOf(key);
            wanted[name] = endpoint ?? new RequestedEndpoint();
        }

        bool shared = NetworkMode.Target(mode) is not null;
        RequestedEndpoint first = (wanted.Remove(mode, out RequestedEndpoint? own) ? own : null) ?? new RequestedEndpoint();
        if (first.MacAddress.Length == 0)
        {
            first = first with { MacAddress = request.MacAddress };
        }
        else if (request.MacAddress.Length > 0 && Mac(request.MacAddress) != Mac(first.MacAddress))
        {
            throw Invalid("the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty");
        }

        if (first.MacAddress.Length > 0 && (mode is NetworkMode.Host or NetworkMode.None || shared))
        {
            throw Invalid("conflicting options: mac-address and the network mode");
        }

        if (shared)
        {
            return wanted.Count == 0 ? [] : throw Invalid("conflicting options: cannot attach user-defined networks to non-bridge network-mode");
        }

        if (wanted.Count > 0 && mode is NetworkMode.Host or NetworkMode.None && wanted.Count > 0)
        {
            throw Invalid("conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        }

        return
        [
            Endpoint(mode, first),
            .. wanted.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => Endpoint(one.Key, one.Value)),
        ];
    }

    /// <summary>One end, checked.</summary>
    internal static ContainerEndpoint Endpoint(string network, RequestedEndpoint endpoint)
    {
        List<string> faults = [];
        bool userDefined = network is not (NetworkMode.Bridge or NetworkMode.Host or NetworkMode.None);
        RequestedAddresses? addresses = endpoint.IPAMConfig;
        bool asks = addresses is not null && (addresses.IPv4Address.Length > 0 || addresses.IPv6Address.Length > 0 || addresses.LinkLocalIPs is { Count: > 0 });
        if (asks && !userDefined)
        {
            faults.Add("user specified IP address is supported on user defined networks only");
        }

        if (endpoint.Aliases is { Count: > 0 } && !userDefined)
        {
            faults.Add("network-scoped aliases are only supported for user-defined networks");
        }

        Address(faults, "IPv4", addresses?.IPv4Address ?? "", isV6: false);
        Address(faults, "IPv6", addresses?.IPv6Address ?? "", isV6: true);
        faults.AddRange((addresses?.LinkLocalIPs ?? []).Where(one => !IpAddress.TryParse(one, out _)).Select(one => $"invalid link-local IP address: {one}"));
        string mac = endpoint.MacAddress.Length == 0 ? "" : Mac(endpoint.MacAddress);
        if (faults.Count > 0)
        {
            throw Invalid($"invalid config for network {network}: invalid endpoint settings:\n{string.Join('\n', faults)}");
        }

        var checkedEndpoint = new ContainerEndpoint { Network = network, Requested = endpoint with { MacAddress = mac } };
        string name = BridgeDriver.InterfaceName(checkedEndpoint);
        if (name.Length > 0 && !Wharf.Network.Bridges.BridgeRequest.IsName(name))
        {
            throw Invalid($"invalid config for network {network}: invalid interface name \"{name}\"");
        }

        _ = BridgeDriver.Settings(checkedEndpoint).Count();
        return checkedEndpoint;
    }

    private static void Address(List<string> faults, string family, string text, bool isV6)
    {
        if (text.Length > 0 && !(IpAddress.TryParse(text, out IpAddress address) && address.IsV6 == isV6))
        {
            faults.Add($"invalid {family} address: {text}");
        }
    }

    private static string Mac(string text) => MacAddress.Parse(text) is { } bytes && (bytes[0] & 1) == 0
        ? MacAddress.Text(bytes)
        : throw Invalid($"invalid MAC address \"{text}\": expected six pairs of hexadecimal digits of one machine's address");

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
