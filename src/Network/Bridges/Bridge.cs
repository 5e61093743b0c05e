using Wharf.Linux;
using Wharf.Network.Addresses;
using Wharf.Network.Netlink;

namespace Wharf.Network.Bridges;

/// <summary>A bridge of the host that containers are linked to.</summary>
public sealed class Bridge
{
    /// <summary>Marks a bridge that was made here, and may be changed and taken away here.</summary>
    private const string OwnAlias = "made by wharfd";
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    // Absent when the kernel runs without IPv6.
    private const string Inet6 = "/proc/sys/net/ipv6";
    private readonly BridgeRequest request;

    private Bridge(BridgeRequest request, InterfaceAddress address)
    {
        this.request = request;
        Address = address;
        Pool = new AddressPool(address);
    }

    public string Name => request.Name;

    /// <summary>The containers' gateway, with the length of the subnet.</summary>
    public InterfaceAddress Address { get; }

    public int Mtu => request.Mtu;

    public bool Masquerades => request is { Firewall: true, Masquerade: true };

    /// <summary>The containers' addresses.</summary>
    public AddressPool Pool { get; }

    /// <summary>Makes the bridge what it should be; what is right already stays as it is.</summary>
    /// <exception cref="IOException">The kernel or the firewall refuses, or the bridge is another's and has another address.</exception>
    public static Bridge Ensure(BridgeRequest request)
    {
        using var socket = new RouteSocket();
        InterfaceAddress address = EnsureLink(socket, request);
        if (request.Forward && File.ReadAllText(Forwarding).Trim() != "1")
        {
            Files.WriteText(Forwarding, "1");
        }

        if (request.Firewall)
        {
            BridgeFirewall.Apply(request.Name, address.Subnet, request.Masquerade);
        }

        return new Bridge(request, address);
    }

    /// <summary>
    /// Links a container that waits to be started. Both ends are gone when its namespace is: when its last process ends, whoever
    /// else has ended by then.
    /// </summary>
    /// <param name="process">A process of the container.</param>
    /// <exception cref="IOException">The kernel refuses, or the container shares the host's network.</exception>
    public Task ConnectAsync(int process, ContainerLink link) => NamespaceThread.RunAsync("network " + link.HostName, () => Connect(process, link));

    /// <summary>Takes the firewall's table away, and the bridge if it was made here.</summary>
    public void Remove()
    {
        if (request.Firewall)
        {
            BridgeFirewall.Remove(Name);
        }

        using var socket = new RouteSocket();
        if (Links.Find(socket, Name) is { Alias: OwnAlias } link)
        {
            var batch = new MessageBatch();
            Links.Delete(batch, link);
            socket.Execute(batch);
        }
    }

    private static InterfaceAddress EnsureLink(RouteSocket socket, BridgeRequest request)
    {
        Link? link = Links.Find(socket, request.Name);
        IReadOnlyList<(int Link, InterfaceAddress Address)> addresses = Routes.Addresses(socket);
        List<InterfaceAddress> own = [.. addresses.Where(one => one.Link == link?.Index).Select(one => one.Address)];
        if (link is not null && link.Kind != "bridge")
        {
            throw new IOException($"use link \"{request.Name}\" as a bridge: it is of kind \"{link.Kind}\"");
        }

        InterfaceAddress address = request.Address ?? (own.Count > 0 ? own[0] : ChooseAddress(socket, request, addresses));
        bool has = own.Contains(address);
        if (!has && own.Count > 0 && link!.Alias != OwnAlias)
        {
            throw new IOException($"use bridge \"{request.Name}\": its address is {own[0]}, not {address}, and it was not made by wharfd");
        }

        bool make = link is null;
        if (make)
        {
            var creation = new MessageBatch();
            Links.AddBridge(creation, request.Name, MacAddress.Of(address.Address), request.Mtu);
            socket.Execute(creation);
            link = Links.Find(socket, request.Name) ?? throw new NetlinkException($"look up link \"{request.Name}\"", Errno.ENODEV);
        }

        var changes = new MessageBatch();
        if (make)
        {
            Links.SetAlias(changes, link!, OwnAlias);
        }

        if (!has)
        {
            own.ForEach(old => Routes.DeleteAddress(changes, link!, old));
            Routes.AddAddress(changes, link!, address);
        }

        Links.SetUp(changes, link!);
        socket.Execute(changes);
        return address;
    }

    private static InterfaceAddress ChooseAddress(RouteSocket socket, BridgeRequest request, IReadOnlyList<(int Link, InterfaceAddress Address)> addresses)
    {
        List<Ipv4Subnet> used = [.. addresses.Select(one => one.Address.Subnet), .. Routes.Destinations(socket)];
        return request.Remembered is { } last && !used.Any(last.Subnet.Overlaps)
            ? last
            : FreeSubnet.Choose(used) ?? throw new IOException($"choose a subnet for bridge \"{request.Name}\": every private one overlaps with a route of the host: give one with --bip");
    }

    private void Connect(int process, ContainerLink link)
    {
        string path = $"/proc/{process}/ns/net";
        using FileDescriptor network = Files.Open(path, OpenFlags.ReadOnly);
        using var outside = new RouteSocket();
        Link bridge = Links.Find(outside, Name) ?? throw new NetlinkException($"look up bridge \"{Name}\"", Errno.ENODEV);
        NamespaceThread.Enter(network, path);
        using var inside = new RouteSocket();
        byte[] mac = link.Mac ?? MacAddress.Of(link.Address.Address);

        // 1. Both ends, the outer one up and a port of the bridge.
        var pair = new MessageBatch();
        Links.AddVeth(pair, link.HostName, bridge.Index, link.Mtu, network, ContainerLink.InsideName, mac);
        outside.Execute(pair);

        // 2. The inner end gets what the container finds.
        Link inner = Links.Find(inside, ContainerLink.InsideName) ?? throw new NetlinkException($"look up link \"{ContainerLink.InsideName}\"", Errno.ENODEV);
        var settings = new MessageBatch();
        if (Directory.Exists(Inet6))
        {
            Links.SetNoAutomaticAddress(settings, inner);
        }

        Routes.AddAddress(settings, inner, link.Address);
        Links.SetUp(settings, inner);
        Routes.AddDefaultRoute(settings, link.Gateway);
        inside.Execute(settings);

        // 3. The bridge learns where the address is now.
        var port = new MessageBatch();
        Routes.SetPort(port, new Link(inner.Peer, link.HostName, true, bridge.Index, inner.Index, link.Mtu, "", "veth", ""), mac);
        outside.Execute(port);
    }
}
