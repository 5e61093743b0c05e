using Wharf.EngineApi.Networks;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>The subnets of a new network: those that are asked for, and chosen ones for the families that none is asked for.</summary>
/// <param name="choice4">Where IPv4 subnets come from.</param>
/// <param name="choice6">Where IPv6 subnets come from.</param>
internal sealed class AddressPlan(SubnetChoice choice4, SubnetChoice choice6)
{
    private const int LongestSubnet4 = 30;
    private const int LongestSubnet6 = 126;

    /// <summary>Refuses, with docker's words, what is no plan.</summary>
    internal static void Check(AddressSettings? settings, bool inet6)
    {
        List<string> faults = [];
        foreach (AddressRange range in settings?.Config ?? [])
        {
            if (range.Subnet.Length == 0)
            {
                if (range.IPRange is { Length: > 0 })
                {
                    faults.Add($"ip-range {range.IPRange} must be within a subnet");
                }

                if (range.Gateway.Length > 0)
                {
                    faults.Add($"gateway {range.Gateway} must be within a subnet");
                }

                continue;
            }

            if (!InterfaceAddress.TryParse(range.Subnet, out InterfaceAddress subnet))
            {
                faults.Add($"invalid subnet {range.Subnet}: invalid CIDR block notation");
                continue;
            }

            if (subnet.Address.IsV6 && !inet6)
            {
                continue;
            }

            if (subnet.Subnet.First != subnet.Address)
            {
                faults.Add($"invalid subnet {range.Subnet}: it should be {subnet.Subnet}");
            }

            Within(faults, subnet.Subnet, range);
        }

        if (faults.Count > 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "invalid network config:\n" + string.Join('\n', faults));
        }
    }

    /// <summary>The ranges of a network, each with its gateway.</summary>
    /// <param name="used">Subnets of the host and of other networks: a chosen one overlaps with none.</param>
    /// <param name="others">Subnets of other networks: one that is asked for overlaps with none.</param>
    internal IReadOnlyList<AddressRange> Resolve(AddressSettings? settings, bool inet4, bool inet6, bool hasGateway, IReadOnlyCollection<IpSubnet> used, IReadOnlyCollection<IpSubnet> others)
    {
        List<AddressRange> ranges = [];
        foreach (AddressRange range in (settings?.Config ?? []).Where(one => one.Subnet.Length > 0))
        {
            IpSubnet subnet = InterfaceAddress.Parse(range.Subnet).Subnet;
            if (subnet.IsV6 ? !inet6 : !inet4)
            {
                continue;
            }

            if (others.Any(subnet.Overlaps))
            {
                throw new EngineException(EngineErrorKind.Forbidden, "invalid pool request: Pool overlaps with other one on this address space");
            }

            ranges.Add(range);
        }

        foreach (bool isV6 in new[] { false, true })
        {
            if ((isV6 ? inet6 : inet4) && !ranges.Exists(one => InterfaceAddress.Parse(one.Subnet).Address.IsV6 == isV6))
            {
                IpSubnet subnet = (isV6 ? choice6 : choice4).Choose(used)
                    ?? throw new EngineException(EngineErrorKind.InvalidParameter, "all predefined address pools have been fully subnetted");
                ranges.Add(new AddressRange { Subnet = subnet.ToString() });
            }
        }

        return [.. ranges.Select(range => hasGateway && range.Gateway.Length == 0 ? range with { Gateway = FirstFree(range).ToString() } : range)];
    }

    private static IpAddress FirstFree(AddressRange range)
    {
        IpSubnet subnet = InterfaceAddress.Parse(range.Subnet).Subnet;
        IpSubnet part = range.IPRange is { Length: > 0 } text ? InterfaceAddress.Parse(text).Subnet : subnet;
        var pool = new AddressPool(subnet, part, (range.AuxiliaryAddresses?.Values ?? []).Select(IpAddress.Parse));
        return pool.Take() ?? throw new EngineException(EngineErrorKind.InvalidParameter, $"no available addresses on this network's address pools: {range.Subnet}");
    }

    private static void Within(List<string> faults, IpSubnet subnet, AddressRange range)
    {
        if (subnet.Length > (subnet.IsV6 ? LongestSubnet6 : LongestSubnet4))
        {
            faults.Add($"invalid subnet {subnet}: it has no room for a gateway and a container");
        }

        if (range.IPRange is { Length: > 0 } text)
        {
            if (!InterfaceAddress.TryParse(text, out InterfaceAddress part))
            {
                faults.Add($"invalid ip-range {text}: invalid CIDR block notation");
            }
            else if (part.Subnet.First != part.Address)
            {
                faults.Add($"invalid ip-range {text}: it should be {part.Subnet}");
            }
            else if (!subnet.Contains(part.Subnet))
            {
                faults.Add($"invalid ip-range {text}: parent subnet {subnet} doesn't contain ip-range");
            }
        }

        if (range.Gateway.Length > 0)
        {
            Address(faults, subnet, "gateway", range.Gateway);
        }

        foreach (string address in range.AuxiliaryAddresses?.Values ?? [])
        {
            Address(faults, subnet, "auxiliary address", address);
        }
    }

    private static void Address(List<string> faults, IpSubnet subnet, string what, string text)
    {
        if (!IpAddress.TryParse(text, out IpAddress address))
        {
            faults.Add($"invalid {what} {text}: invalid address");
        }
        else if (!subnet.Contains(address))
        {
            faults.Add($"invalid {what} {text}: parent subnet {subnet} doesn't contain this address");
        }
    }
}
