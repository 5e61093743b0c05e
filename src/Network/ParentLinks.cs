using System.Globalization;
using Wharf.Linux;
using Wharf.Network.Netlink;

namespace Wharf.Network;

/// <summary>Links of the host that links of containers are made over.</summary>
public static class ParentLinks
{
    private const int LargestVlan = 4094;

    /// <summary>Whether the kernel, with the modules that it finds, makes links of a kind that is made over another: macvlan, ipvlan, vlan.</summary>
    public static bool HasKind(string kind)
    {
        using var socket = new RouteSocket();
        var batch = new MessageBatch();
        Links.AddPlain(batch, kind, "wharf-probe");
        try
        {
            socket.Execute(batch);
            return true;
        }
        catch (NetlinkException error)
        {
            // One that knows the kind misses the parent.
            return error.Errno != Errno.EOPNOTSUPP;
        }
    }

    /// <summary>Link and number of a VLAN in the form "eth0.10"; null when the text is none.</summary>
    /// <exception cref="FormatException">The number is none of a VLAN.</exception>
    public static (string Parent, ushort Number)? ParseVlan(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split('.');
        if (parts.Length != 2 || parts[0].Length == 0 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return null;
        }

        return number is > 0 and <= LargestVlan ? (parts[0], (ushort)number) : throw new FormatException($"vlan id must be between 1-4094, received: {number}");
    }

    /// <summary>Makes the VLAN's link, if there is no link of that name; its owner may take it away again by <see cref="Bridges.Bridge.Remove"/>.</summary>
    /// <exception cref="IOException">The kernel refuses, or there is no such parent.</exception>
    public static void EnsureVlan(string name, string parent, ushort number, string owner)
    {
        using var socket = new RouteSocket();
        if (Links.Find(socket, name) is not null)
        {
            return;
        }

        Link over = Links.Find(socket, parent) ?? throw new NetlinkException($"look up link \"{parent}\"", Errno.ENODEV);
        var creation = new MessageBatch();
        Links.AddVlan(creation, name, over.Index, number);
        Links.SetAlias(creation, name, owner);
        socket.Execute(creation);
    }

    /// <summary>
    /// The same for a link that nothing leaves and that the host hears nothing of. Where the kernel has no dummy, an ifb drops all
    /// that is sent to it as well. A bridge without ports would not do: it has no carrier.
    /// </summary>
    /// <exception cref="IOException">The kernel has none of the kinds.</exception>
    public static void EnsureLonely(string name, string owner)
    {
        using var socket = new RouteSocket();
        Link? link = Links.Find(socket, name);
        foreach (string kind in link is null ? new[] { "dummy", "ifb" } : [])
        {
            var creation = new MessageBatch();
            Links.AddPlain(creation, kind, name);
            Links.SetAlias(creation, name, owner);
            try
            {
                socket.Execute(creation);
                break;
            }
            catch (NetlinkException error) when (kind == "dummy" && error.Errno == Errno.EOPNOTSUPP)
            {
                // The other one.
            }
        }

        link ??= Links.Find(socket, name) ?? throw new NetlinkException($"look up link \"{name}\"", Errno.ENODEV);
        LinkSettings.SetInet6(name, on: false);
        var changes = new MessageBatch();
        Links.SetUp(changes, link);
        socket.Execute(changes);
    }
}
