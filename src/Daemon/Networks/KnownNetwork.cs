using Wharf.EngineApi.Networks;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>A network, the addresses that are taken of it, and who is connected now.</summary>
internal sealed class KnownNetwork
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ContainerEndpoint> endpoints = [];
    private bool removed;

    internal KnownNetwork(NetworkRecord record)
    {
        Record = record;
        Pools = [.. record.Ranges.Select(PoolOf)];
    }

    internal NetworkRecord Record { get; private set; }

    internal string Name => Record.Name;

    internal string Id => Record.Id;

    /// <summary>One for each subnet.</summary>
    internal IReadOnlyList<AddressPool> Pools { get; private set; }

    /// <summary>Connected containers by id.</summary>
    internal IReadOnlyDictionary<string, ContainerEndpoint> Endpoints
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<string, ContainerEndpoint>(endpoints);
            }
        }
    }

    /// <summary>Before anybody is connected.</summary>
    internal void Change(NetworkRecord record)
    {
        Record = record;
        Pools = [.. record.Ranges.Select(PoolOf)];
    }

    /// <summary>False when the network is being removed.</summary>
    internal bool Add(string container, ContainerEndpoint endpoint)
    {
        lock (gate)
        {
            if (removed)
            {
                return false;
            }

            endpoints[container] = endpoint;
            return true;
        }
    }

    internal void Remove(string container)
    {
        lock (gate)
        {
            endpoints.Remove(container);
        }
    }

    /// <summary>From now on nobody connects; false when somebody is connected, or it is being removed already.</summary>
    internal bool BeginRemoval()
    {
        lock (gate)
        {
            if (removed || endpoints.Count > 0)
            {
                return false;
            }

            return removed = true;
        }
    }

    /// <summary>After a removal that failed.</summary>
    internal void CancelRemoval()
    {
        lock (gate)
        {
            removed = false;
        }
    }

    internal IpAddress? Gateway(bool isV6) => Record.Ranges
        .Where(range => IpSubnet.TryParse(range.Subnet, out IpSubnet subnet) && subnet.IsV6 == isV6)
        .Select(range => IpAddress.TryParse(range.Gateway, out IpAddress gateway) ? gateway : (IpAddress?)null)
        .FirstOrDefault(gateway => gateway is not null);

    private static AddressPool PoolOf(AddressRange range)
    {
        IpSubnet subnet = InterfaceAddress.Parse(range.Subnet).Subnet;
        IEnumerable<string> others = [range.Gateway, .. range.AuxiliaryAddresses?.Values ?? []];
        return new AddressPool(
            subnet,
            range.IPRange is { Length: > 0 } part ? InterfaceAddress.Parse(part).Subnet : subnet,
            others.Where(one => one.Length > 0).Select(IpAddress.Parse));
    }
}
