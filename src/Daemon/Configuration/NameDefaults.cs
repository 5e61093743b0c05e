namespace Wharf.Daemon.Configuration;

/// <summary>resolv.conf(5) and hosts(5) of containers that do not say otherwise; what is empty is the host's.</summary>
internal sealed record NameDefaults
{
    internal IReadOnlyList<string> Servers { get; init; } = [];

    internal IReadOnlyList<string> Options { get; init; } = [];

    internal IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>What "host-gateway" means, an IPv4 address before one of IPv6; empty: the gateway of a container's network.</summary>
    internal IReadOnlyList<string> HostGateways { get; init; } = [];
}
