namespace Wharf.Network.Addresses;

/// <summary>Where subnets for networks that name none come from: bases, each cut into parts of one size.</summary>
public sealed class SubnetChoice
{
    private readonly IReadOnlyList<(IpSubnet Base, int Length)> pools;

    /// <param name="pools">Tried in this order.</param>
    public SubnetChoice(IReadOnlyList<(IpSubnet Base, int Length)> pools) => this.pools = pools;

    /// <summary>docker's default pools, in docker's order.</summary>
    public static SubnetChoice Default { get; } = new(
    [
        .. Enumerable.Range(17, 15).Select(second => (new IpSubnet(IpAddress.V4((172u << 24) | ((uint)second << 16)), 16), 16)),
        (new IpSubnet(IpAddress.V4((192u << 24) | (168u << 16)), 16), 20),
    ]);

    /// <summary>The first that nothing uses; null when all of them overlap with what is used.</summary>
    public IpSubnet? Choose(IReadOnlyCollection<IpSubnet> used)
    {
        // Only what is of the pool at hand is compared with each part.
        foreach ((IpSubnet pool, int length) in pools)
        {
            List<IpSubnet> near = [.. used.Where(pool.Overlaps)];
            UInt128 step = UInt128.One << (pool.First.Width - length);
            for (UInt128 value = pool.First.Value; value <= pool.Last.Value && value >= pool.First.Value; value += step)
            {
                var candidate = new IpSubnet(pool.First.With(value), length);
                List<IpSubnet> over = near.FindAll(candidate.Overlaps);
                if (over.Count == 0)
                {
                    return candidate;
                }

                if (over.Find(one => one.Length < length) is { Length: > 0 } wider)
                {
                    // All parts of it are used: an IPv6 base has too many to look at each.
                    value = wider.Last.Value - step + 1;
                }
            }
        }

        return null;
    }
}
