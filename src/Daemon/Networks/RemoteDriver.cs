using System.Text.Json;
using Wharf.Network.Addresses;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Networks of a plug-in, by docker's protocol for remote drivers: the plug-in makes a link on the host, the engine moves it into the
/// container and gives it the addresses.
/// </summary>
internal sealed class RemoteDriver : INetworkDriver, IDisposable
{
    private const string Generic = "com.docker.network.generic";
    private readonly PluginSocket plugin;

    private RemoteDriver(string name, PluginSocket plugin)
    {
        Name = name;
        this.plugin = plugin;
    }

    public string Name { get; }

    public bool HasAddresses => true;

    /// <summary>Null when there is no such plug-in, or it is no network driver.</summary>
    internal static RemoteDriver? Find(string name)
    {
        if (PluginSocket.Find(name) is not { } plugin)
        {
            return null;
        }

        return new RemoteDriver(name, plugin);
    }

    public bool HasGateway(NetworkRecord record) => true;

    public string LinkPrefix(NetworkRecord record) => "eth";

    public NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others) => record;

    public async Task StartAsync(KnownNetwork network, CancellationToken cancellation)
    {
        PluginActivation can = await plugin.CallAsync("Plugin.Activate", new Dictionary<string, string>(), PluginJson.Default.DictionaryStringString, PluginJson.Default.PluginActivation, cancellation).ConfigureAwait(false);
        if (!can.Implements.Contains("NetworkDriver"))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"plugin \"{Name}\" is no network driver");
        }

        NetworkRecord record = network.Record;
        await plugin.CallAsync(
            "NetworkDriver.CreateNetwork",
            new PluginNetwork
            {
                NetworkID = record.Id,
                Options = new Dictionary<string, JsonElement>
                {
                    [Generic] = JsonSerializer.SerializeToElement(record.Options.ToDictionary(), PluginJson.Default.DictionaryStringString),
                    ["com.docker.network.enable_ipv6"] = JsonSerializer.SerializeToElement(record.EnableIPv6, PluginJson.Default.Boolean),
                    ["com.docker.network.internal"] = JsonSerializer.SerializeToElement(record.Internal, PluginJson.Default.Boolean),
                },
                IPv4Data = Subnets(network, isV6: false),
                IPv6Data = Subnets(network, isV6: true),
            },
            PluginJson.Default.PluginNetwork,
            PluginJson.Default.DictionaryStringString,
            cancellation).ConfigureAwait(false);
    }

    public Task RemoveAsync(KnownNetwork network, CancellationToken cancellation) =>
        plugin.CallAsync("NetworkDriver.DeleteNetwork", new PluginNetwork { NetworkID = network.Id }, PluginJson.Default.PluginNetwork, PluginJson.Default.DictionaryStringString, cancellation);

    public async Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation)
    {
        PluginEndpoint asked = Of(network, endpoint) with
        {
            Interface = new PluginInterface
            {
                Address = endpoint.Address.Length > 0 ? $"{endpoint.Address}/{endpoint.PrefixLength}" : "",
                AddressIPv6 = endpoint.Address6.Length > 0 ? $"{endpoint.Address6}/{endpoint.PrefixLength6}" : "",
                MacAddress = endpoint.Mac,
            },
            Options = endpoint.Requested.DriverOpts ?? new Dictionary<string, string>(),
        };
        await plugin.CallAsync("NetworkDriver.CreateEndpoint", asked, PluginJson.Default.PluginEndpoint, PluginJson.Default.PluginEndpointMade, cancellation).ConfigureAwait(false);
        PluginJoined joined = await plugin.CallAsync("NetworkDriver.Join", Of(network, endpoint) with { SandboxKey = sandbox.Path }, PluginJson.Default.PluginEndpoint, PluginJson.Default.PluginJoined, cancellation).ConfigureAwait(false);
        await sandbox.TakeAsync(joined.InterfaceName.SrcName, BridgeDriver.EndpointOf(endpoint, mtu: 0)).ConfigureAwait(false);
    }

    public async Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation)
    {
        await sandbox.LeaveAsync(endpoint.InsideName).ConfigureAwait(false);
        await ForgetAsync(network, endpoint, cancellation).ConfigureAwait(false);
    }

    public async Task ForgetAsync(KnownNetwork network, ContainerEndpoint endpoint, CancellationToken cancellation)
    {
        await plugin.CallAsync("NetworkDriver.Leave", Of(network, endpoint), PluginJson.Default.PluginEndpoint, PluginJson.Default.DictionaryStringString, cancellation).ConfigureAwait(false);
        await plugin.CallAsync("NetworkDriver.DeleteEndpoint", Of(network, endpoint), PluginJson.Default.PluginEndpoint, PluginJson.Default.DictionaryStringString, cancellation).ConfigureAwait(false);
    }

    public DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6)
    {
        string gateway = isV6 ? endpoint.Gateway6 : endpoint.Gateway;
        return network.Record.Internal || gateway.Length == 0 ? null : new DefaultRoute(endpoint.InsideName, IpAddress.Parse(gateway), isV6);
    }

    public void Dispose() => plugin.Dispose();

    private static PluginEndpoint Of(KnownNetwork network, ContainerEndpoint endpoint) => new() { NetworkID = network.Id, EndpointID = endpoint.EndpointId };

    private static PluginSubnet[] Subnets(KnownNetwork network, bool isV6) =>
    [
        .. from pool in network.Pools
           where pool.Subnet.IsV6 == isV6
           select new PluginSubnet { Pool = pool.Subnet.ToString(), Gateway = network.Gateway(isV6) is { } gateway ? new InterfaceAddress(gateway, pool.Subnet.Length).ToString() : "" },
    ];
}
