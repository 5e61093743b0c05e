using System.Security.Cryptography;
using System.Text;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Events;
using Wharf.EngineApi.Networks;
using Wharf.Network;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;
using Wharf.Network.Firewall;
using Wharf.Network.Netlink;

namespace Wharf.Daemon.Networks;

/// <summary>
/// The networks at the start of the daemon: what the records say is made of whatever is there, and what no record knows is taken
/// away. Running containers keep their links meanwhile.
/// </summary>
internal static class StartNetworks
{
    private const string NoBridge = "none";
    private const string DefaultRoot = "/var/lib/wharf";

    internal static async Task<NetworkOperations> RunAsync(DaemonOptions options, ContainerTable table, EventLog events, BackgroundWork background)
    {
        bool wanted = options.Bridge != NoBridge;
        var networks = new NetworkTable(options.DataRoot, wanted);
        string instance = Instance(options.DataRoot);
        HostFirewall? firewall = options.Firewall ? new HostFirewall(instance) : null;
        string owner = instance + ": network ";
        var bridges = new BridgeDriver(firewall, owner, options.Mtu, options.Masquerade, options.Forward);
        var drivers = new NetworkDrivers([bridges, new PlainDriver("host"), new PlainDriver("null"), new ParentLinkDriver("macvlan", owner), new ParentLinkDriver("ipvlan", owner)]);
        var plan = new AddressPlan(options.AddressPools.Count > 0 ? new SubnetChoice(options.AddressPools) : SubnetChoice.Default, LocalPrefix.ReadOrMake(options.DataRoot));
        var hostPorts = new HostPorts();
        var resolver = new ResolverClient(options.ExecRoot, table, new NamedContainers(networks, options.Names));
        var containers = new ContainerNetworks(table, networks, drivers, new PublishPorts(firewall, hostPorts, bridges), resolver, new NetworkFiles(table, options.Names), background);
        try
        {
            if (wanted)
            {
                KeepBridge(options, networks, plan);
            }

            Adopt(table, containers);
            foreach (KnownNetwork network in networks.All.Where(one => !one.Record.ConfigOnly))
            {
                await StartAsync(drivers, network).ConfigureAwait(false);
            }

            foreach (Container container in table.All().Where(one => one.State.Running))
            {
                containers.Ports.Resume(container.Document, containers);
            }

            firewall?.Apply();
            RemoveUnknown(table, networks, bridges, owner);
            await new RepairLinks(table, containers).RunAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.System, $"start networks: {error.Message}", error);
        }

        return new NetworkOperations(table, containers, plan, new NetworkEvents(events, networks), firewall, hostPorts, options.Inet6);
    }

    /// <summary>Names what this engine makes in the kernel, so that several live side by side.</summary>
    internal static string Instance(string dataRoot) =>
        dataRoot == DefaultRoot ? "wharf" : "wharf-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataRoot)))[..8];

    /// <summary>A network that cannot be made is no reason to be without the others; the default one is.</summary>
    private static async Task StartAsync(NetworkDrivers drivers, KnownNetwork network)
    {
        try
        {
            // A plug-in keeps its networks itself.
            if (drivers.Of(network) is var driver and not RemoteDriver)
            {
                await driver.StartAsync(network, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (network.Name != NetworkMode.Bridge && error is IOException or EngineException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"wharfd: start network \"{network.Name}\": {error.Message}").ConfigureAwait(false);
        }
    }

    private static void Adopt(ContainerTable table, ContainerNetworks networks)
    {
        foreach (Container container in table.All())
        {
            if (!container.State.Running)
            {
                if (container.Document.SandboxId.Length > 0 || container.Document.Endpoints.Any(one => one.IsUp))
                {
                    // The last daemon was killed between an address and the start, or an end and the release.
                    container.Change(one => one with { SandboxId = "", Ports = [], Endpoints = [.. one.Endpoints.Select(endpoint => endpoint.Down())] });
                }

                continue;
            }

            foreach (ContainerEndpoint endpoint in container.Document.Endpoints.Where(one => one.IsUp))
            {
                if (networks.Networks.TryFind(endpoint.NetworkId) is { } network)
                {
                    network.Add(container.Id, endpoint);
                    EndpointAddresses.Adopt(network, endpoint);
                }
            }
        }
    }

    /// <summary>The default network as flags and host have it: its address lasts over restarts unless something speaks for another.</summary>
    private static void KeepBridge(DaemonOptions options, NetworkTable networks, AddressPlan plan)
    {
        if (!BridgeRequest.IsName(options.Bridge))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid bridge name \"{options.Bridge}\": up to 15 letters, digits, '_', '-' and '.' are allowed");
        }

        KnownNetwork network = networks.ByName(NetworkMode.Bridge) ?? throw new InvalidOperationException("no default network");
        NetworkRecord old = network.Record;
        bool inet6 = options.Inet6 && HostNetwork.HasInet6;
        List<AddressRange> asked = [];
        InterfaceAddress? given = options.BridgeAddress.Length > 0 ? Given(options.BridgeAddress) : Bridge.FindAddress(options.Bridge);
        IReadOnlyList<IpSubnet> used = HostNetwork.UsedSubnets();
        AddressRange? Last(bool isV6) => old.Ranges.FirstOrDefault(one => InterfaceAddress.Parse(one.Subnet).Address.IsV6 == isV6);
        if (given is { } address)
        {
            asked.Add(new AddressRange { Subnet = address.Subnet.ToString(), Gateway = address.Address.ToString() });
        }
        else if (Last(isV6: false) is { } last && !used.Any(InterfaceAddress.Parse(last.Subnet).Subnet.Overlaps))
        {
            asked.Add(last);
        }

        if (inet6 && Last(isV6: true) is { } last6)
        {
            asked.Add(last6);
        }

        List<IpSubnet> others = [.. networks.All.Where(one => one != network && !one.Record.ConfigOnly).SelectMany(one => one.Pools).Select(pool => pool.Subnet)];
        NetworkRecord record = old with
        {
            Link = options.Bridge,
            EnableIPv6 = inet6,
            Ranges = plan.Resolve(new AddressSettings { Config = asked }, inet4: true, inet6, hasGateway: true, [.. others, .. used], others),
            Options = new Dictionary<string, string>
            {
                [BridgeOptions.BridgePrefix + "default_bridge"] = "true",
                [BridgeOptions.BridgePrefix + "enable_icc"] = options.Talking ? "true" : "false",
                [BridgeOptions.BridgePrefix + "enable_ip_masquerade"] = options is { Masquerade: true, Firewall: true } ? "true" : "false",
                [BridgeOptions.BridgePrefix + "host_binding_ipv4"] = options.HostBinding,
                [BridgeOptions.BridgePrefix + "name"] = options.Bridge,
                [BridgeOptions.Mtu] = options.Mtu.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        networks.Change(network, record);
    }

    /// <summary>Bridges of this engine that are no network's, and links on its bridges that are no container's.</summary>
    private static void RemoveUnknown(ContainerTable table, NetworkTable networks, BridgeDriver bridges, string owner)
    {
        HashSet<string> known = [.. networks.All.Select(one => bridges.OwnerOf(one.Record))];
        foreach (Link bridge in Bridge.Owned(owner).Where(one => !known.Contains(one.Alias)))
        {
            Bridge.Remove(bridge.Name, bridge.Alias);
        }

        HashSet<string> links = [.. table.All().SelectMany(one => one.Document.Endpoints).Select(one => one.HostName)];
        foreach (KnownNetwork network in networks.All.Where(one => one.Record.Driver == "bridge"))
        {
            foreach (Link port in Bridge.Ports(network.Record.Link).Where(one => one.Kind == "veth" && one.Name.StartsWith("veth", StringComparison.Ordinal) && !links.Contains(one.Name)))
            {
                HostNetwork.DeleteLink(port.Name);
            }
        }
    }

    /// <summary>The bridge's own address must be one that a host can have, and leave room for another.</summary>
    private static InterfaceAddress Given(string text)
    {
        InterfaceAddress address = InterfaceAddress.Parse(text);
        return !address.Address.IsV6 && address.Length is >= 8 and <= 30 && address.Address > address.Subnet.First && address.Address < address.Subnet.Last
            ? address
            : throw new FormatException($"invalid bridge address \"{text}\": an address within a subnet of /8 to /30 is wanted");
    }
}
