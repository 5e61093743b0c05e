using System.Globalization;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;
using Wharf.Network.Firewall;

namespace Wharf.Daemon.Networks;

/// <summary>The options of a bridge network, under docker's names.</summary>
internal sealed record BridgeOptions
{
    internal const string BridgePrefix = "com.docker.network.bridge.";
    internal const string Mtu = "com.docker.network.driver.mtu";
    private const string ContainerPrefix = "com.docker.network.container_iface_prefix";
    private const string Source4 = "com.docker.network.host_ipv4";
    private const string Source6 = "com.docker.network.host_ipv6";
    private const int LeastMtu = 68;
    private const int LargestMtu = 65535;

    /// <summary>The bridge's name; empty for one made from the network's id.</summary>
    internal string Name { get; init; } = "";

    internal bool Masquerade { get; init; } = true;

    internal bool Talking { get; init; } = true;

    internal int LinkMtu { get; init; }

    internal GatewayMode Mode4 { get; init; }

    internal GatewayMode Mode6 { get; init; }

    /// <summary>Whether the host has no IPv4 address on it: somebody else is the gateway.</summary>
    internal bool NoHostAddress4 { get; init; }

    /// <summary>Where ports are published that name no address; null: everywhere.</summary>
    internal IpAddress? Binding { get; init; }

    internal IpAddress? HostSource4 { get; init; }

    internal IpAddress? HostSource6 { get; init; }

    /// <summary>The beginning of the names of links in containers.</summary>
    internal string LinkPrefix { get; init; } = "eth";

    /// <exception cref="EngineException">A value that is none.</exception>
    internal static BridgeOptions Parse(IReadOnlyDictionary<string, string> options, bool isInternal, int defaultMtu)
    {
        var found = new BridgeOptions { LinkMtu = defaultMtu };
        foreach ((string name, string value) in options)
        {
            found = name switch
            {
                BridgePrefix + "name" => found with { Name = value.Length == 0 || BridgeRequest.IsName(value) ? value : throw Invalid(name, value) },
                BridgePrefix + "enable_ip_masquerade" => found with { Masquerade = Flag(name, value) },
                BridgePrefix + "enable_icc" => found with { Talking = Flag(name, value) },
                BridgePrefix + "inhibit_ipv4" => found with { NoHostAddress4 = Flag(name, value) },
                BridgePrefix + "host_binding_ipv4" => found with { Binding = IpAddress.TryParse(value, out IpAddress binding) && !binding.IsV6 ? binding : throw Invalid(name, value) },
                BridgePrefix + "gateway_mode_ipv4" => found with { Mode4 = Mode(name, value, isInternal) },
                BridgePrefix + "gateway_mode_ipv6" => found with { Mode6 = Mode(name, value, isInternal) },
                Mtu => found with { LinkMtu = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int mtu) && mtu is >= LeastMtu and <= LargestMtu ? mtu : mtu == 0 && value == "0" ? defaultMtu : throw Invalid(name, value) },
                ContainerPrefix => found with { LinkPrefix = BridgeRequest.IsName(value + "0") ? value : throw Invalid(name, value) },
                Source4 => found with { HostSource4 = IpAddress.TryParse(value, out IpAddress source) && !source.IsV6 ? source : throw Invalid(name, value) },
                Source6 => found with { HostSource6 = IpAddress.TryParse(value, out IpAddress source) && source.IsV6 ? source : throw Invalid(name, value) },
                _ => found,
            };
        }

        return found;
    }

    private static bool Flag(string name, string value) => value.ToLowerInvariant() switch
    {
        "1" or "t" or "true" => true,
        "0" or "f" or "false" => false,
        _ => throw Invalid(name, value),
    };

    private static GatewayMode Mode(string name, string value, bool isInternal) => value switch
    {
        "" or "nat" => GatewayMode.Nat,
        "nat-unprotected" => GatewayMode.NatUnprotected,
        "routed" => GatewayMode.Routed,
        "isolated" => isInternal ? GatewayMode.Isolated : throw new EngineException(EngineErrorKind.InvalidParameter, $"gateway mode 'isolated' can only be used for an internal network"),
        _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"unknown gateway mode {value} in option {name}"),
    };

    private static EngineException Invalid(string name, string value) => new(EngineErrorKind.InvalidParameter, $"invalid value for option {name}: \"{value}\"");
}
