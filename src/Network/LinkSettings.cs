using Wharf.Linux;

namespace Wharf.Network;

/// <summary>Settings of links below /proc/sys/net, of the namespace that the thread is in.</summary>
internal static class LinkSettings
{
    private const string Inet4 = "/proc/sys/net/ipv4/conf";
    private const string Inet6 = "/proc/sys/net/ipv6/conf";

    /// <summary>
    /// Without IPv6 a link has not even a link-local address (CVE-2024-32473); with it, none that a neighbour's announcement
    /// gives (CVE-2020-13401).
    /// </summary>
    internal static void SetInet6(string link, bool on)
    {
        string folder = Path.Combine(Inet6, link);
        if (Directory.Exists(folder))
        {
            Files.WriteText(Path.Combine(folder, "accept_ra"), "0");
            Files.WriteText(Path.Combine(folder, "disable_ipv6"), on ? "0" : "1");
        }
    }

    /// <summary>127.0.0.0/8 may be routed to and from the link; the firewall refuses what begins there.</summary>
    internal static void AllowLoopback(string link) => Files.WriteText(Path.Combine(Inet4, link, "route_localnet"), "1");

    /// <summary>A setting by its name with dots.</summary>
    internal static void Set(string name, string value) => Files.WriteText("/proc/sys/" + name.Replace('.', '/'), value);
}
