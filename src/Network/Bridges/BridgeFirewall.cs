using Wharf.Linux;
using Wharf.Network.Addresses;

namespace Wharf.Network.Bridges;

/// <summary>
/// The rules of one bridge, in a table of its own that other engines and firewalls do not touch. They are the same for any
/// number of containers: nothing is added for one, so nothing of one can be left.
/// </summary>
internal static class BridgeFirewall
{
    internal static string Table(string bridge) => "wharf-" + bridge;

    /// <summary>Puts the table in force, in the place of the one that may be there, in one transaction.</summary>
    internal static void Apply(string bridge, Ipv4Subnet subnet, bool masquerade) => Nftables.Run(Rules(bridge, subnet, masquerade));

    internal static void Remove(string bridge) => Nftables.Run(Removal(bridge));

    /// <summary>
    /// What comes from the bridge goes anywhere; what goes to it must be an answer, or come from it: a neighbour of the host who
    /// routes to the subnet reaches no container. An accept here ends only this table: another table may still drop.
    /// </summary>
    internal static string Rules(string bridge, Ipv4Subnet subnet, bool masquerade) =>
        $$"""
        {{Removal(bridge)}}
        table ip {{Table(bridge)}} {
            chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "{{bridge}}" accept
                oifname "{{bridge}}" ct state established,related accept
                oifname "{{bridge}}" drop
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                {{(masquerade ? $"ip saddr {subnet} oifname != \"{bridge}\" masquerade" : "")}}
            }
        }

        """;

    // To delete what is not there is an error, so it is made first.
    private static string Removal(string bridge) => $"add table ip {Table(bridge)}\ndelete table ip {Table(bridge)}";
}
