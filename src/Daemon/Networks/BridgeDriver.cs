using Wharf.Network;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;
using Wharf.Network.Firewall;
using Wharf.Network.Sandboxes;
using Endpoint = Wharf.Network.Sandboxes.Endpoint;

namespace Wharf.Daemon.Networks;

/// <summary>Networks that are a bridge of the host.</summary>
/// <param name="firewall">Null when the host's firewall is not ours to write.</param>
/// <param name="owner">Marks the bridges of this engine.</param>
internal sealed class BridgeDriver(HostFirewall? firewall, string owner, int mtu, bool masquerade, bool forward) : INetworkDriver
{
    private const string InterfaceNameOption = "com.docker.network.endpoint.ifname";
    private const string SettingsOption = "com.docker.network.endpoint.sysctls";

    public string Name => "bridge";

    public bool HasAddresses => true;

    public bool HasGateway(NetworkRecord record) => !Options(record).NoHostAddress4;

    public string LinkPrefix(NetworkRecord record) => Options(record).LinkPrefix;

    public NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others)
    {
        BridgeOptions options = Options(record);
        string link = options.Name.Length > 0 ? options.Name : "br-" + record.Id[..12];
        if (others.FirstOrDefault(one => one.Record.Driver == Name && one.Record.Link == link) is { } other)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"cannot create network {record.Id} ({link}): conflicts with network {other.Id} ({link}): networks have same bridge name");
        }

        return record with { Link = link };
    }

    internal BridgeOptions Options(NetworkRecord record) => BridgeOptions.Parse(record.Options, record.Internal, mtu);

    internal string OwnerOf(NetworkRecord record) => $"{owner}{record.Id}";

    public Task StartAsync(KnownNetwork network, CancellationToken cancellation)
    {
        NetworkRecord record = network.Record;
        BridgeOptions options = Options(record);
        List<InterfaceAddress> addresses = [];
        List<FirewalledFamily> families = [];
        foreach (AddressPool pool in network.Pools)
        {
            bool isV6 = pool.Subnet.IsV6;
            GatewayMode mode = isV6 ? options.Mode6 : options.Mode4;
            if (network.Gateway(isV6) is { } gateway && mode != GatewayMode.Isolated && (isV6 || !options.NoHostAddress4))
            {
                addresses.Add(new InterfaceAddress(gateway, pool.Subnet.Length));
            }

            bool translates = mode is GatewayMode.Nat or GatewayMode.NatUnprotected;
            families.Add(new FirewalledFamily(pool.Subnet, mode, translates && masquerade && options.Masquerade, isV6 ? options.HostSource6 : options.HostSource4));
        }

        bool inet6 = addresses.Exists(one => one.Address.IsV6);
        Bridge.Ensure(new BridgeRequest(record.Link, OwnerOf(record), addresses, options.LinkMtu, inet6, Loopback: firewall is not null && !record.Internal));
        if (forward && !record.Internal)
        {
            if (addresses.Exists(one => !one.Address.IsV6))
            {
                HostNetwork.Forward4();
            }

            if (inet6)
            {
                HostNetwork.Forward6();
            }
        }

        firewall?.Add(new FirewalledNetwork(record.Link, families, record.Internal, options.Talking));
        return Task.CompletedTask;
    }

    public Task RemoveAsync(KnownNetwork network, CancellationToken cancellation)
    {
        firewall?.Remove(network.Record.Link);
        Bridge.Remove(network.Record.Link, OwnerOf(network.Record));
        return Task.CompletedTask;
    }

    public Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) =>
        sandbox.JoinBridgeAsync(network.Record.Link, endpoint.HostName, !Options(network.Record).Talking, EndpointOf(endpoint, Options(network.Record).LinkMtu));

    public Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation)
    {
        HostNetwork.DeleteLink(endpoint.HostName);
        return Task.CompletedTask;
    }

    public DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6)
    {
        BridgeOptions options = Options(network.Record);
        string gateway = isV6 ? endpoint.Gateway6 : endpoint.Gateway;
        return network.Record.Internal || gateway.Length == 0 || (isV6 ? options.Mode6 : options.Mode4) == GatewayMode.Isolated
            ? null
            : new DefaultRoute(endpoint.InsideName, IpAddress.Parse(gateway), isV6);
    }

    /// <summary>The link that an endpoint asks for: addresses, and docker's options by endpoint.</summary>
    internal static Endpoint EndpointOf(ContainerEndpoint endpoint, int mtu)
    {
        List<InterfaceAddress> addresses = [];
        if (endpoint.Address.Length > 0)
        {
            addresses.Add(new InterfaceAddress(IpAddress.Parse(endpoint.Address), endpoint.PrefixLength));
        }

        if (endpoint.Address6.Length > 0)
        {
            addresses.Add(new InterfaceAddress(IpAddress.Parse(endpoint.Address6), endpoint.PrefixLength6));
        }

        return new Endpoint(endpoint.InsideName, addresses, MacAddress.Parse(endpoint.Mac) ?? MacAddress.Random(), mtu, [.. Settings(endpoint)]);
    }

    /// <summary>The name that an endpoint asks for its link; empty: any.</summary>
    internal static string InterfaceName(ContainerEndpoint endpoint) => endpoint.Requested.DriverOpts?.GetValueOrDefault(InterfaceNameOption) ?? "";

    /// <summary>NAME=VALUE,…, where IFNAME stands for the link.</summary>
    /// <exception cref="EngineException">A name that is not of a link of the container.</exception>
    internal static IEnumerable<KeyValuePair<string, string>> Settings(ContainerEndpoint endpoint)
    {
        foreach (string one in (endpoint.Requested.DriverOpts?.GetValueOrDefault(SettingsOption) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = one.Split('=', 2);
            string[] names = parts[0].Split('.');
            if (parts.Length != 2 || names.Length != 5 || names[0] != "net" || names[1] is not ("ipv4" or "ipv6" or "mpls") || !names[3].Equals("IFNAME", StringComparison.OrdinalIgnoreCase) || names.Any(name => name.Length == 0 || name.Contains('/', StringComparison.Ordinal)))
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid endpoint sysctl setting \"{one}\": net.FAMILY.KIND.IFNAME.NAME=VALUE is wanted");
            }

            names[3] = endpoint.InsideName;
            yield return new KeyValuePair<string, string>(string.Join('.', names), parts[1]);
        }
    }
}
