using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Networks;

namespace Wharf.Daemon.Networks;

/// <summary>Networks, and containers' ends of them, in the forms of the API.</summary>
internal sealed class NetworkDescriptions(ContainerTable table, ContainerNetworks networks)
{
    private const string Prefix = "com.docker.network.";

    /// <param name="detailed">With the containers: the list leaves them out.</param>
    internal NetworkResource Describe(KnownNetwork network, bool detailed)
    {
        bool isBridge = network.Name == NetworkMode.Bridge;
        return new NetworkResource
        {
            Name = network.Name,
            Id = network.Id,
            Created = Timestamps.Text(network.Created),
            Driver = network.Driver,
            IPAM = isBridge && networks.Bridge is { } bridge
                ? new AddressSettings { Config = [new AddressRange { Subnet = bridge.Pool.Subnet.ToString(), Gateway = bridge.Address.Address.ToString() }] }
                : new AddressSettings(),
            Containers = detailed ? Containers(network) : new Dictionary<string, NetworkContainer>(),
            Options = isBridge ? Options() : new Dictionary<string, string>(),
        };
    }

    internal NetworkSettings Settings(ContainerDocument document)
    {
        string mode = document.HostConfig.NetworkMode;
        if (NetworkMode.Target(mode) is not null)
        {
            return new NetworkSettings();
        }

        NetworkEndpoint endpoint = (document.State.Running ? document.Endpoint : null) ?? new NetworkEndpoint();
        var settings = new EndpointSettings
        {
            NetworkID = networks.Networks.ByName(mode)?.Id ?? "",
            EndpointID = endpoint.EndpointId,
            MacAddress = endpoint.Mac,
            Gateway = endpoint.Gateway,
            IPAddress = endpoint.Address,
            IPPrefixLen = endpoint.PrefixLength,
        };
        bool onBridge = endpoint.Address.Length > 0;
        return new NetworkSettings
        {
            SandboxID = endpoint.SandboxId,
            SandboxKey = endpoint.SandboxId.Length > 0 ? ContainerNetworks.NamespaceOf(document.State.Pid) : "",
            EndpointID = onBridge ? endpoint.EndpointId : "",
            Gateway = endpoint.Gateway,
            IPAddress = endpoint.Address,
            IPPrefixLen = endpoint.PrefixLength,
            MacAddress = endpoint.Mac,
            Networks = new Dictionary<string, EndpointSettings> { [mode] = settings },
        };
    }

    private Dictionary<string, NetworkContainer> Containers(KnownNetwork network) => table.All()
        .Where(container => container.State.Running && container.Document.HostConfig.NetworkMode == network.Name && container.Document.Endpoint is not null)
        .ToDictionary(container => container.Id, container => Of(container.Document.Name, container.Document.Endpoint ?? new NetworkEndpoint()));

    private static NetworkContainer Of(string name, NetworkEndpoint endpoint) => new()
    {
        Name = name,
        EndpointID = endpoint.EndpointId,
        MacAddress = endpoint.Mac,
        IPv4Address = endpoint.Address.Length > 0 ? $"{endpoint.Address}/{endpoint.PrefixLength}" : "",
    };

    private Dictionary<string, string> Options() => networks.Bridge is not { } bridge
        ? []
        : new Dictionary<string, string>
        {
            [Prefix + "bridge.default_bridge"] = "true",
            [Prefix + "bridge.enable_icc"] = "true",
            [Prefix + "bridge.enable_ip_masquerade"] = bridge.Masquerades ? "true" : "false",
            [Prefix + "bridge.name"] = bridge.Name,
            [Prefix + "driver.mtu"] = bridge.Mtu.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
}
