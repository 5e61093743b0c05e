namespace Wharf.Network.Addresses;

/// <summary>
/// The addresses of one subnet that are taken. It lives in memory only: who owns an address keeps it with its own record, and
/// takes it again from there after a restart, so there is no second state that could disagree.
/// </summary>
public sealed class AddressPool
{
    private readonly Lock gate = new();
    private readonly HashSet<Ipv4Address> taken = [];
    private readonly Ipv4Address gateway;

    public AddressPool(InterfaceAddress gateway)
    {
        Subnet = gateway.Subnet;
        this.gateway = gateway.Address;
    }

    public Ipv4Subnet Subnet { get; }

    /// <summary>The lowest free address; null when there is none.</summary>
    public Ipv4Address? Take()
    {
        lock (gate)
        {
            for (ulong value = (ulong)Subnet.First.Value + 1; value < Subnet.Last.Value; value++)
            {
                var address = new Ipv4Address((uint)value);
                if (address != gateway && taken.Add(address))
                {
                    return address;
                }
            }

            return null;
        }
    }

    /// <summary>Takes this one; false when it is not free, or not one that a host of the subnet can have.</summary>
    public bool Take(Ipv4Address address)
    {
        lock (gate)
        {
            return address > Subnet.First && address < Subnet.Last && address != gateway && taken.Add(address);
        }
    }

    public void Release(Ipv4Address address)
    {
        lock (gate)
        {
            taken.Remove(address);
        }
    }
}
