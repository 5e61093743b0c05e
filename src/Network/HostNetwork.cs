using Wharf.Linux;
using Wharf.Network.Addresses;
using Wharf.Network.Netlink;

namespace Wharf.Network;

/// <summary>What the host has besides what is made here.</summary>
public static class HostNetwork
{
    private const string Forwarding4 = "/proc/sys/net/ipv4/ip_forward";
    private const string Settings6 = "/proc/sys/net/ipv6/conf";

    // Absent when the kernel runs without IPv6.
    public static bool HasInet6 => Directory.Exists(Settings6);

    /// <summary>Subnets of the host's addresses and routes.</summary>
    public static IReadOnlyList<IpSubnet> UsedSubnets()
    {
        using var socket = new RouteSocket();
        return [.. Routes.Addresses(socket).Select(one => one.Address.Subnet), .. Routes.Destinations(socket)];
    }

    /// <summary>The host's addresses.</summary>
    public static IReadOnlySet<IpAddress> Addresses()
    {
        using var socket = new RouteSocket();
        return Routes.Addresses(socket).Select(one => one.Address.Address).ToHashSet();
    }

    public static bool HasLink(string name)
    {
        using var socket = new RouteSocket();
        return Links.Find(socket, name) is not null;
    }

    public static void DeleteLink(string name)
    {
        using var socket = new RouteSocket();
        if (Links.Find(socket, name) is { } link)
        {
            var batch = new MessageBatch();
            Links.Delete(batch, link);
            try
            {
                socket.Execute(batch);
            }
            catch (NetlinkException error) when (error.Errno == Errno.ENODEV)
            {
                // Its namespace was just taken away.
            }
        }
    }

    /// <summary>Makes the host forward IPv4.</summary>
    public static void Forward4()
    {
        if (File.ReadAllText(Forwarding4).Trim() != "1")
        {
            Files.WriteText(Forwarding4, "1");
        }
    }

    /// <summary>
    /// Makes the host forward IPv6. A router takes no addresses from other routers unless told so: links that did go on doing it,
    /// or the host would lose its own.
    /// </summary>
    public static void Forward6()
    {
        string all = Path.Combine(Settings6, "all", "forwarding");
        if (!HasInet6 || File.ReadAllText(all).Trim() == "1")
        {
            return;
        }

        foreach (string link in Directory.EnumerateDirectories(Settings6))
        {
            string accept = Path.Combine(link, "accept_ra");
            if (File.ReadAllText(accept).Trim() == "1")
            {
                Files.WriteText(accept, "2");
            }
        }

        Files.WriteText(all, "1");
    }
}
