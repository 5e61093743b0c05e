using Wharf.Network;
using Wharf.Network.Addresses;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>Networks whose containers have links of their own over a link of the host: macvlan and ipvlan.</summary>
/// <param name="kind">The kernel's name of such links.</param>
internal sealed class ParentLinkDriver(string kind) : INetworkDriver
{
    private const int DefaultMtu = 0;
    private static readonly Dictionary<string, int> MacvlanModes = new() { ["bridge"] = 4, ["private"] = 1, ["vepa"] = 2, ["passthru"] = 8 };
    private static readonly Dictionary<string, int> IpvlanModes = new() { ["l2"] = 0, ["l3"] = 1, ["l3s"] = 2 };

    public string Name => kind;

    public bool HasAddresses => true;

    public bool HasGateway(NetworkRecord record) => Mode(record).Name is not ("l3" or "l3s");

    public string LinkPrefix(NetworkRecord record) => "eth";

    public NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others)
    {
        _ = Mode(record);
        string parent = record.Options.GetValueOrDefault("parent") ?? "";
        return parent.Length == 0 ? throw new EngineException(EngineErrorKind.InvalidParameter, $"{kind}: option \"parent\" is needed: the host's link that the network is on")
            : record.Internal ? throw new EngineException(EngineErrorKind.NotImplemented, $"{kind}: an internal network on link \"{parent}\" is not supported: make a bridge network with --internal")
            : !HostNetwork.HasLink(parent) ? throw new EngineException(EngineErrorKind.InvalidParameter, $"{kind}: link \"{parent}\" was not found on the host")
            : record with { Link = parent };
    }

    public Task StartAsync(KnownNetwork network, CancellationToken cancellation) => Task.CompletedTask;

    public Task RemoveAsync(KnownNetwork network, CancellationToken cancellation) => Task.CompletedTask;

    public Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) =>
        sandbox.JoinOverAsync(kind, network.Record.Link, Mode(network.Record).Number, BridgeDriver.EndpointOf(endpoint, DefaultMtu));

    public Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) => sandbox.LeaveAsync(endpoint.InsideName);

    public DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6)
    {
        string gateway = isV6 ? endpoint.Gateway6 : endpoint.Gateway;
        return gateway.Length > 0 ? new DefaultRoute(endpoint.InsideName, IpAddress.Parse(gateway), isV6)
            : (isV6 ? endpoint.Address6 : endpoint.Address).Length > 0 ? new DefaultRoute(endpoint.InsideName, null, isV6)
            : null;
    }

    private (string Name, int Number) Mode(NetworkRecord record)
    {
        Dictionary<string, int> modes = kind == "macvlan" ? MacvlanModes : IpvlanModes;
        string name = record.Options.GetValueOrDefault(kind + "_mode") ?? record.Options.GetValueOrDefault("mode") ?? "";
        name = name.Length > 0 ? name : modes.Keys.First();
        return modes.TryGetValue(name, out int number) ? (name, number) : throw new EngineException(EngineErrorKind.InvalidParameter, $"requested {kind} mode '{name}' is not valid");
    }
}
