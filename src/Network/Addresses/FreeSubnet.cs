namespace Wharf.Network.Addresses;

/// <summary>A private subnet that nothing on the host uses: docker's default pools, in docker's order.</summary>
public static class FreeSubnet
{
    /// <summary>Its first address, for the bridge; null when all of them overlap with what is used.</summary>
    public static InterfaceAddress? Choose(IReadOnlyCollection<Ipv4Subnet> used)
    {
        foreach (Ipv4Subnet candidate in Candidates())
        {
            if (!used.Any(candidate.Overlaps))
            {
                return new InterfaceAddress(new Ipv4Address(candidate.First.Value + 1), candidate.Length);
            }
        }

        return null;
    }

    private static IEnumerable<Ipv4Subnet> Candidates()
    {
        for (uint second = 17; second < 32; second++)
        {
            yield return new Ipv4Subnet(new Ipv4Address((172u << 24) | (second << 16)), 16);
        }

        for (uint third = 0; third < 256; third += 16)
        {
            yield return new Ipv4Subnet(new Ipv4Address((192u << 24) | (168u << 16) | (third << 8)), 20);
        }
    }
}
