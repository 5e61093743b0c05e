using System.Collections.Concurrent;
using Wharf.Network.Addresses;

namespace Wharf.Network.Names;

/// <summary>The names of all containers, by network. Who asks finds those of its own networks, and no others.</summary>
public sealed class NameTable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, NamedContainer> containers = [];
    private volatile Dictionary<(string Network, string Name), IpAddress[]> byName = [];
    private volatile Dictionary<(string Network, IpAddress Address), string> byAddress = [];

    public IReadOnlyList<NamedContainer> All
    {
        get
        {
            lock (gate)
            {
                return [.. containers.Values];
            }
        }
    }

    public NamedContainer? Find(string id)
    {
        lock (gate)
        {
            return containers.GetValueOrDefault(id);
        }
    }

    public void Set(NamedContainer container)
    {
        lock (gate)
        {
            containers[container.Id] = container;
            Index();
        }
    }

    public void Remove(string id)
    {
        lock (gate)
        {
            if (containers.Remove(id))
            {
                Index();
            }
        }
    }

    public void Replace(IReadOnlyList<NamedContainer> all)
    {
        lock (gate)
        {
            containers.Clear();
            foreach (NamedContainer container in all)
            {
                containers[container.Id] = container;
            }

            Index();
        }
    }

    /// <summary>The addresses of a name, of both families, as <paramref name="asking"/> finds them; null when it is no container's.</summary>
    public IReadOnlyList<IpAddress>? Resolve(NamedContainer asking, string name)
    {
        Dictionary<(string Network, string Name), IpAddress[]> names = byName;
        foreach (NamedEnd end in asking.Ends)
        {
            string wanted = end.Links.TryGetValue(name, out string? target) ? Lower(target) : name;
            if (names.TryGetValue((end.Network, wanted), out IpAddress[]? found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>CONTAINER.NETWORK of an address on one of the asking container's networks; null when nobody there has it.</summary>
    public string? Resolve(NamedContainer asking, IpAddress address)
    {
        Dictionary<(string Network, IpAddress Address), string> addresses = byAddress;
        return asking.Ends.Select(end => addresses.GetValueOrDefault((end.Network, address))).FirstOrDefault(name => name is not null);
    }

    private void Index()
    {
        var names = new Dictionary<(string Network, string Name), List<IpAddress>>();
        var addresses = new Dictionary<(string Network, IpAddress Address), string>();
        foreach (NamedEnd end in containers.Values.SelectMany(container => container.Ends))
        {
            IpAddress[] own = [.. end.Addresses.Select(IpAddress.Parse)];
            foreach (string name in end.Names.SelectMany(name => new[] { Lower(name), Lower($"{name}.{end.NetworkName}") }))
            {
                if (!names.TryGetValue((end.Network, name), out List<IpAddress>? all))
                {
                    names[(end.Network, name)] = all = [];
                }

                all.AddRange(own);
            }

            foreach (IpAddress address in end.Names.Count > 0 ? own : [])
            {
                addresses[(end.Network, address)] = $"{end.Names[0]}.{end.NetworkName}";
            }
        }

        byName = names.ToDictionary(one => one.Key, one => one.Value.ToArray());
        byAddress = addresses;
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
