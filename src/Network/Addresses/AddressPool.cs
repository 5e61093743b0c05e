namespace Wharf.Network.Addresses;

/// <summary>
/// The addresses of one subnet that are taken. It lives in memory only: who owns an address keeps it with its own record, and
/// takes it again from there after a restart, so there is no second state that could disagree.
/// </summary>
public sealed class AddressPool
{
    private readonly Lock gate = new();
    private readonly HashSet<IpAddress> taken = [];
    private readonly HashSet<IpAddress> reserved;
    private readonly UInt128 first;
    private readonly UInt128 last;

    // No address below it is free.
    private UInt128 lowest;

    public AddressPool(InterfaceAddress gateway)
        : this(gateway.Subnet, gateway.Subnet, [gateway.Address])
    {
    }

    /// <param name="range">What addresses are chosen from: a part of the subnet, or all of it.</param>
    /// <param name="reserved">The gateway, and addresses of others: no container gets them.</param>
    public AddressPool(IpSubnet subnet, IpSubnet range, IEnumerable<IpAddress> reserved)
    {
        Subnet = subnet;
        Range = range;
        this.reserved = [.. reserved];
        first = UInt128.Max(range.First.Value, Usable(subnet.First) ? subnet.First.Value : subnet.First.Value + 1);
        last = UInt128.Min(range.Last.Value, Usable(subnet.Last) ? subnet.Last.Value : subnet.Last.Value - 1);
        lowest = first;
    }

    public IpSubnet Subnet { get; }

    public IpSubnet Range { get; }

    /// <summary>The lowest free address; null when there is none.</summary>
    public IpAddress? Take()
    {
        lock (gate)
        {
            for (; lowest <= last; lowest++)
            {
                IpAddress address = Subnet.First.With(lowest);
                if (!reserved.Contains(address) && taken.Add(address))
                {
                    lowest++;
                    return address;
                }
            }

            return null;
        }
    }

    /// <summary>Takes this one; false when it is not free, or not one that a host of the subnet can have.</summary>
    public bool Take(IpAddress address)
    {
        lock (gate)
        {
            return Subnet.Contains(address) && (Usable(address) || (address != Subnet.First && address != Subnet.Last)) && !reserved.Contains(address) && taken.Add(address);
        }
    }

    public void Release(IpAddress address)
    {
        lock (gate)
        {
            if (taken.Remove(address) && address.Value >= first && address.Value < lowest)
            {
                lowest = address.Value;
            }
        }
    }

    /// <summary>Whether the ends of the subnet are hosts too: RFC 3021's links of two, and single addresses.</summary>
    private bool Usable(IpAddress address) => Subnet.Length >= address.Width - 1;
}
