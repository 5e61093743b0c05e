using System.Globalization;
using Wharf.EngineApi.Containers;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>Takes the addresses of a container's end from its network, and gives them back.</summary>
internal static class EndpointAddresses
{
    /// <summary>The end as it is while the container runs: addresses, gateways, hardware address, an id.</summary>
    /// <param name="insideName">The link's name in the container.</param>
    /// <exception cref="EngineException">No address is free, or that which is asked for is not.</exception>
    internal static ContainerEndpoint Take(KnownNetwork network, ContainerEndpoint endpoint, string insideName, bool hasAddresses)
    {
        var up = endpoint.Down() with { Network = network.Name, NetworkId = network.Id, EndpointId = NetworkTable.NewId(), InsideName = insideName };
        if (!hasAddresses)
        {
            return up;
        }

        RequestedAddresses asked = endpoint.Requested.IPAMConfig ?? new RequestedAddresses();
        IpAddress? address4 = null;
        try
        {
            (IpAddress Address, int Length)? taken = Take(network, asked.IPv4Address, isV6: false);
            address4 = taken?.Address;
            if (taken is { } four)
            {
                up = up with { Address = four.Address.ToString(), PrefixLength = four.Length, Gateway = network.Gateway(isV6: false)?.ToString() ?? "" };
            }

            if (Take(network, asked.IPv6Address, isV6: true) is { } six)
            {
                up = up with { Address6 = six.Address.ToString(), PrefixLength6 = six.Length, Gateway6 = network.Gateway(isV6: true)?.ToString() ?? "" };
            }
        }
        catch
        {
            Release(network, up);
            throw;
        }

        byte[] mac = MacAddress.Parse(endpoint.Requested.MacAddress) ?? (address4 is { } basis ? MacAddress.Of(basis) : MacAddress.Random());
        return up with { Mac = MacAddress.Text(mac) };
    }

    /// <summary>Takes again what a running container has.</summary>
    internal static void Adopt(KnownNetwork network, ContainerEndpoint endpoint)
    {
        foreach (IpAddress address in Of(endpoint))
        {
            network.Pools.FirstOrDefault(pool => pool.Subnet.Contains(address))?.Take(address);
        }
    }

    internal static void Release(KnownNetwork network, ContainerEndpoint endpoint)
    {
        foreach (IpAddress address in Of(endpoint))
        {
            network.Pools.FirstOrDefault(pool => pool.Subnet.Contains(address))?.Release(address);
        }
    }

    private static IEnumerable<IpAddress> Of(ContainerEndpoint endpoint) =>
        new[] { endpoint.Address, endpoint.Address6 }.Where(one => one.Length > 0).Select(IpAddress.Parse);

    private static (IpAddress Address, int Length)? Take(KnownNetwork network, string wanted, bool isV6)
    {
        List<AddressPool> pools = [.. network.Pools.Where(pool => pool.Subnet.IsV6 == isV6)];
        string family = isV6 ? "IPv6" : "IPv4";
        if (wanted.Length > 0)
        {
            if (isV6 ? !network.Record.HasOwnSubnet6 : !network.Record.HasOwnSubnet4)
            {
                throw Refusal(network, "user specified IP address is supported only when connecting to networks with user configured subnets");
            }

            IpAddress address = IpAddress.Parse(wanted);
            AddressPool pool = pools.Find(one => one.Subnet.Contains(address)) ?? throw Refusal(network, $"no configured subnet or ip-range contain the IP address {wanted}");
            return pool.Take(address) ? (address, pool.Subnet.Length) : throw new EngineException(EngineErrorKind.Forbidden, "failed to set up container networking: Address already in use");
        }

        if (pools.Count == 0)
        {
            return null;
        }

        foreach (AddressPool pool in pools)
        {
            if (pool.Take() is { } address)
            {
                return (address, pool.Subnet.Length);
            }
        }

        string ranges = string.Join(", ", pools.Select(pool => string.Create(CultureInfo.InvariantCulture, $"{pool.Range}")));
        throw new EngineException(EngineErrorKind.System, $"failed to set up container networking: no available {family} addresses on this network's address pools: {network.Name} ({ranges})");
    }

    private static EngineException Refusal(KnownNetwork network, string fault) =>
        new(EngineErrorKind.InvalidParameter, $"invalid config for network {network.Name}: invalid endpoint settings:\n{fault}");
}
