using Wharf.Network;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Networks whose containers have links of their own over a link of the host: macvlan and ipvlan. The parent is a link of the host's,
/// a VLAN's link that is made with the network and goes with it, or, for a network that leads nowhere, one that nothing leaves.
/// </summary>
/// <param name="kind">The kernel's name of such links.</param>
/// <param name="owner">Marks the links of this engine.</param>
internal sealed class ParentLinkDriver(string kind, string owner) : INetworkDriver
{
    private const int DefaultMtu = 0;
    private static readonly Dictionary<string, int> MacvlanModes = new() { ["bridge"] = 4, ["private"] = 1, ["vepa"] = 2, ["passthru"] = 8 };
    private static readonly Dictionary<string, int> IpvlanModes = new() { ["l2"] = 0, ["l3"] = 1, ["l3s"] = 2 };

    public string Name => kind;

    public bool HasAddresses => true;

    private Dictionary<string, int> Modes => kind == "macvlan" ? MacvlanModes : IpvlanModes;

    public bool HasGateway(NetworkRecord record) => Mode(record).Name is not ("l3" or "l3s");

    public string LinkPrefix(NetworkRecord record) => "eth";

    public NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others)
    {
        _ = Mode(record);
        if (!ParentLinks.HasKind(kind))
        {
            throw new EngineException(EngineErrorKind.NotImplemented, $"network driver \"{kind}\" is not supported: this kernel has no links of kind {kind}");
        }

        string parent = record.Options.GetValueOrDefault("parent") ?? "";
        if (parent.Length == 0)
        {
            return record with { Link = Lonely(record), Internal = true };
        }

        if (record.Internal)
        {
            throw new EngineException(EngineErrorKind.NotImplemented, $"{kind}: an internal network on link \"{parent}\" is not supported, it would reach that link's neighbours: leave out the parent");
        }

        CheckParent(parent);
        if (others.FirstOrDefault(one => one.Record.Driver == kind && one.Record.Link == parent) is { } other)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"network {Lonely(other.Record)} is already using parent interface {parent}");
        }

        return record with { Link = parent };
    }

    public Task StartAsync(KnownNetwork network, CancellationToken cancellation)
    {
        NetworkRecord record = network.Record;
        if (record.Link == Lonely(record))
        {
            ParentLinks.EnsureLonely(record.Link, OwnerOf(record));
        }
        else if (!HostNetwork.HasLink(record.Link) && ParentLinks.ParseVlan(record.Link) is { } vlan)
        {
            ParentLinks.EnsureVlan(record.Link, vlan.Parent, vlan.Number, OwnerOf(record));
        }

        return Task.CompletedTask;
    }

    public Task RemoveAsync(KnownNetwork network, CancellationToken cancellation)
    {
        Bridge.Remove(network.Record.Link, OwnerOf(network.Record));
        return Task.CompletedTask;
    }

    public Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) =>
        sandbox.JoinOverAsync(kind, network.Record.Link, Mode(network.Record).Number, BridgeDriver.EndpointOf(endpoint, DefaultMtu));

    public Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) => sandbox.LeaveAsync(endpoint.InsideName);

    public DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6)
    {
        string gateway = isV6 ? endpoint.Gateway6 : endpoint.Gateway;
        return network.Record.Internal ? null
            : gateway.Length > 0 ? new DefaultRoute(endpoint.InsideName, IpAddress.Parse(gateway), isV6)
            : (isV6 ? endpoint.Address6 : endpoint.Address).Length > 0 ? new DefaultRoute(endpoint.InsideName, null, isV6)
            : null;
    }

    private void CheckParent(string parent)
    {
        if (parent == "lo")
        {
            throw Invalid($"loopback interface is not a valid {kind} parent link");
        }

        if (HostNetwork.HasLink(parent))
        {
            return;
        }

        try
        {
            (string over, _) = ParentLinks.ParseVlan(parent) ?? throw Invalid($"invalid subinterface vlan name {parent}, example formatting is eth0.10");
            if (!HostNetwork.HasLink(over))
            {
                throw Invalid($"-o parent interface was not found on the host: {over}");
            }

            if (!ParentLinks.HasKind("vlan"))
            {
                throw new EngineException(EngineErrorKind.NotImplemented, $"{kind}: parent \"{parent}\" is not supported: this kernel has no links of kind vlan");
            }
        }
        catch (FormatException error)
        {
            throw Invalid(error.Message);
        }
    }

    private string OwnerOf(NetworkRecord record) => owner + record.Id;

    /// <summary>The parent of a network without one, under docker's name.</summary>
    private string Lonely(NetworkRecord record) => (kind == "macvlan" ? "dm-" : "di-") + record.Id[..12];

    private (string Name, int Number) Mode(NetworkRecord record)
    {
        string name = record.Options.GetValueOrDefault(kind + "_mode") ?? record.Options.GetValueOrDefault("mode") ?? "";
        string usual = Modes.Keys.First();
        name = name.Length > 0 ? name : usual;
        return Modes.TryGetValue(name, out int number) ? (name, number) : throw Invalid($"requested {kind} mode '{name}' is not valid, '{usual}' mode is the {kind} driver default");
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
