using Wharf.Linux;
using Wharf.Network.Addresses;
using Wharf.Network.Netlink;

namespace Wharf.Network.Sandboxes;

/// <summary>
/// The network namespace of a container, through a process of it. All links made here are gone when the namespace is: when its
/// last process ends, whoever else has ended by then.
/// </summary>
/// <param name="process">A process of the container.</param>
public sealed class Sandbox(int process)
{
    /// <summary>A file that stands for the namespace while the process lives.</summary>
    public string Path => $"/proc/{process}/ns/net";

    /// <summary>Links it to a bridge.</summary>
    /// <param name="bridgeName">A bridge of the host.</param>
    /// <param name="hostName">The name of the host's end.</param>
    /// <param name="isolated">Whether other isolated ports of the bridge are out of reach.</param>
    /// <exception cref="IOException">The kernel refuses, or the container shares the host's network.</exception>
    public Task JoinBridgeAsync(string bridgeName, string hostName, bool isolated, Endpoint endpoint) => RunAsync((outside, inside, network) =>
    {
        Link bridge = Links.Find(outside, bridgeName) ?? throw new NetlinkException($"look up bridge \"{bridgeName}\"", Errno.ENODEV);

        // 1. Both ends, the outer one up and a port of the bridge.
        var pair = new MessageBatch();
        Links.AddVeth(pair, hostName, bridge.Index, endpoint.Mtu, network, endpoint.InsideName, endpoint.Mac);
        outside.Execute(pair);

        try
        {
            // 2. The inner end gets what the container finds.
            Link inner = Configure(inside, endpoint);

            // 3. The bridge learns where the address is now, and how the port forwards.
            var port = new MessageBatch();
            var outer = new Link(inner.Peer, hostName, true, bridge.Index, inner.Index, endpoint.Mtu, "", "veth", "");
            Routes.SetPort(port, outer, endpoint.Mac);
            Links.SetPort(port, outer, isolated, hairpin: true);
            outside.Execute(port);
        }
        catch
        {
            if (Links.Find(outside, hostName) is { } half)
            {
                var removal = new MessageBatch();
                Links.Delete(removal, half);
                outside.Execute(removal);
            }

            throw;
        }
    });

    /// <summary>Gives it a link of its own over one of the host's.</summary>
    /// <param name="kind">macvlan or ipvlan.</param>
    /// <param name="mode">The kernel's number of the kind's mode.</param>
    /// <exception cref="IOException">The kernel refuses, or the container shares the host's network.</exception>
    public Task JoinOverAsync(string kind, string parentName, int mode, Endpoint endpoint) => RunAsync((outside, inside, network) =>
    {
        Link parent = Links.Find(outside, parentName) ?? throw new NetlinkException($"look up link \"{parentName}\"", Errno.ENODEV);
        var batch = new MessageBatch();
        Links.AddOver(batch, kind, parent.Index, mode, endpoint.Mtu, network, endpoint.InsideName, endpoint.Mac);
        outside.Execute(batch);
        Configure(inside, endpoint);
    });

    /// <summary>Moves a link of the host into the container, under the endpoint's name.</summary>
    /// <exception cref="IOException">There is no such link, or the kernel refuses.</exception>
    public Task TakeAsync(string hostName, Endpoint endpoint) => RunAsync((outside, inside, network) =>
    {
        Link link = Links.Find(outside, hostName) ?? throw new NetlinkException($"look up link \"{hostName}\"", Errno.ENODEV);
        var move = new MessageBatch();
        Links.Move(move, link, network, endpoint.InsideName);
        outside.Execute(move);
        Link moved = Links.Find(inside, endpoint.InsideName) ?? throw new NetlinkException($"look up link \"{endpoint.InsideName}\"", Errno.ENODEV);
        var mac = new MessageBatch();
        Links.SetMac(mac, moved, endpoint.Mac);
        inside.Execute(mac);
        Configure(inside, endpoint);
    });

    /// <summary>Takes a link of the container away; one that is not there is no error.</summary>
    public Task LeaveAsync(string insideName) => RunAsync((outside, inside, network) =>
    {
        if (Links.Find(inside, insideName) is { } link)
        {
            var batch = new MessageBatch();
            Links.Delete(batch, link);
            inside.Execute(batch);
        }
    });

    /// <summary>Puts these in the place of the default routes that may be there: at most one of each family.</summary>
    public Task SetDefaultRoutesAsync(IReadOnlyList<DefaultRoute> routes) => RunAsync((outside, inside, network) =>
    {
        for (int family = 0; family < (HostNetwork.HasInet6 ? 2 : 1); family++)
        {
            bool isV6 = family == 1;
            var batch = new MessageBatch();
            if (routes.FirstOrDefault(one => one.IsV6 == isV6) is { } route)
            {
                Link link = Links.Find(inside, route.InsideName) ?? throw new NetlinkException($"look up link \"{route.InsideName}\"", Errno.ENODEV);
                if (route.Gateway is { } gateway)
                {
                    Routes.SetDefaultRoute(batch, link, gateway);
                }
                else
                {
                    Routes.SetDefaultRoute(batch, link, isV6);
                }

                inside.Execute(batch);
                continue;
            }

            Routes.DeleteDefaultRoute(batch, isV6);
            try
            {
                inside.Execute(batch);
            }
            catch (NetlinkException error) when (error.Errno is Errno.ESRCH or Errno.ENETUNREACH or Errno.ENOENT)
            {
                // There is none, or not even a table of routes.
            }
        }
    });

    /// <summary>Names and hardware addresses of the container's links.</summary>
    public async Task<IReadOnlyList<Link>> LinksAsync()
    {
        IReadOnlyList<Link> found = [];
        await RunAsync((outside, inside, network) => found = Links.All(inside)).ConfigureAwait(false);
        return found;
    }

    /// <summary>Does something on a thread that is in the namespace: a socket that it opens stays there.</summary>
    public Task EnterAsync(Action work) => RunAsync((outside, inside, network) => work());

    private static Link Configure(RouteSocket inside, Endpoint endpoint)
    {
        Link inner = Links.Find(inside, endpoint.InsideName) ?? throw new NetlinkException($"look up link \"{endpoint.InsideName}\"", Errno.ENODEV);
        LinkSettings.SetInet6(endpoint.InsideName, endpoint.Addresses.Any(one => one.Address.IsV6));
        foreach ((string name, string value) in endpoint.Settings)
        {
            LinkSettings.Set(name, value);
        }

        var settings = new MessageBatch();
        foreach (InterfaceAddress address in endpoint.Addresses)
        {
            Routes.AddAddress(settings, inner, address);
        }

        Links.SetUp(settings, inner);
        inside.Execute(settings);
        return inner;
    }

    private Task RunAsync(Action<RouteSocket, RouteSocket, FileDescriptor> work) => NamespaceThread.RunAsync("network of process " + process, () =>
    {
        using FileDescriptor network = Files.Open(Path, OpenFlags.ReadOnly);
        using var outside = new RouteSocket();
        NamespaceThread.Enter(network, Path);
        using var inside = new RouteSocket();
        work(outside, inside, network);
    });
}
