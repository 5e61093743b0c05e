using Wharf.Linux;
using Wharf.Network.Addresses;
using Wharf.Network.Netlink;

namespace Wharf.Network.Bridges;

/// <summary>Bridges of the host that containers are linked to.</summary>
public static class Bridge
{
    /// <summary>Makes the bridge what it should be; what is right already stays as it is.</summary>
    /// <exception cref="IOException">The kernel refuses, or the bridge is another's and has another address.</exception>
    public static void Ensure(BridgeRequest request)
    {
        using var socket = new RouteSocket();
        Link? link = Links.Find(socket, request.Name);
        if (link is not null && link.Kind != "bridge")
        {
            throw new IOException($"use link \"{request.Name}\" as a bridge: it is of kind \"{link.Kind}\"");
        }

        List<InterfaceAddress> has = link is null ? [] : [.. Routes.Addresses(socket).Where(one => one.Link == link.Index).Select(one => one.Address)];
        bool own = link is null || link.Alias == request.Owner;
        List<InterfaceAddress> missing = [.. request.Addresses.Where(one => !has.Contains(one))];
        foreach (InterfaceAddress address in missing)
        {
            if (!own && has.Find(one => one.Address.IsV6 == address.Address.IsV6) is { Length: > 0 } other)
            {
                throw new IOException($"use bridge \"{request.Name}\": its address is {other}, not {address}, and it was not made by wharfd");
            }
        }

        if (link is null)
        {
            var creation = new MessageBatch();
            Links.AddBridge(creation, request.Name, MacAddress.Random(), request.Mtu);
            Links.SetAlias(creation, request.Name, request.Owner);
            socket.Execute(creation);
            link = Links.Find(socket, request.Name) ?? throw new NetlinkException($"look up link \"{request.Name}\"", Errno.ENODEV);
        }

        LinkSettings.SetInet6(request.Name, request.Inet6 || (!own && has.Exists(one => one.Address.IsV6)));
        if (request.Loopback)
        {
            LinkSettings.AllowLoopback(request.Name);
        }

        var changes = new MessageBatch();
        foreach (InterfaceAddress old in own ? has.Where(one => !request.Addresses.Contains(one)) : [])
        {
            Routes.DeleteAddress(changes, link, old);
        }

        missing.ForEach(address => Routes.AddAddress(changes, link, address));
        Links.SetUp(changes, link);
        socket.Execute(changes);
    }

    /// <summary>The IPv4 address that a bridge has already; null for none, or when there is no such bridge.</summary>
    public static InterfaceAddress? FindAddress(string name)
    {
        using var socket = new RouteSocket();
        return Links.Find(socket, name) is { } link
            ? Routes.Addresses(socket).Where(one => one.Link == link.Index && !one.Address.Address.IsV6).Select(one => (InterfaceAddress?)one.Address).FirstOrDefault()
            : null;
    }

    /// <summary>Takes the bridge, or another link, away, if it was made by this owner.</summary>
    public static void Remove(string name, string owner)
    {
        using var socket = new RouteSocket();
        if (Links.Find(socket, name) is { } link && link.Alias == owner)
        {
            var batch = new MessageBatch();
            Links.Delete(batch, link);
            socket.Execute(batch);
        }
    }

    /// <summary>The bridges, and parents of other links, whose owner begins so.</summary>
    public static IReadOnlyList<Link> Owned(string owner)
    {
        using var socket = new RouteSocket();
        return [.. Links.All(socket).Where(link => link.Kind is "bridge" or "vlan" or "dummy" or "ifb" && link.Alias.StartsWith(owner, StringComparison.Ordinal))];
    }

    /// <summary>The links that are ports of a bridge.</summary>
    public static IReadOnlyList<Link> Ports(string name)
    {
        using var socket = new RouteSocket();
        return Links.Find(socket, name) is { } bridge ? [.. Links.All(socket).Where(link => link.Master == bridge.Index)] : [];
    }
}
