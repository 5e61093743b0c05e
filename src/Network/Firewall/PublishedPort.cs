using System.Globalization;
using Wharf.Network.Addresses;

namespace Wharf.Network.Firewall;

/// <summary>A port of the host that leads to one of a container.</summary>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostAddress">The address of the host; the any-address for all. Of the container's family.</param>
/// <param name="HostPort">0: none of the host's; the container's own is let through, where addresses are routed.</param>
public sealed record PublishedPort(string Protocol, IpAddress HostAddress, ushort HostPort, IpAddress Container, ushort ContainerPort)
{
    private string Family => Container.IsV6 ? "6" : "4";

    /// <summary>Elements that the port has in maps and sets: the name of the set, and the element.</summary>
    internal IEnumerable<(string Set, string Key, string Value)> Elements()
    {
        if (HostPort == 0)
        {
            yield return ("open" + Family, string.Create(CultureInfo.InvariantCulture, $"{Container} . {Protocol} . {ContainerPort}"), "");
            yield break;
        }

        string target = string.Create(CultureInfo.InvariantCulture, $" : {Container} . {ContainerPort}");
        yield return HostAddress.IsAny
            ? ("ports" + Family, string.Create(CultureInfo.InvariantCulture, $"{Protocol} . {HostPort}"), target)
            : ("bound" + Family, string.Create(CultureInfo.InvariantCulture, $"{HostAddress} . {Protocol} . {HostPort}"), target);
        yield return ("published", string.Create(CultureInfo.InvariantCulture, $"{Protocol} . {HostPort}"), "");
    }
}
