using System.Text;
using Wharf.Network.Addresses;

namespace Wharf.Network.Firewall;

/// <summary>
/// The table's text, in nft(8)'s language. Networks are chains that verdict maps lead to by the bridge's name, published ports
/// are elements of maps: a packet's way is as long with a thousand of them as with one.
/// </summary>
internal static class Ruleset
{
    /// <summary>The chain that belongs to the administrator: wharfd carries it over, and writes nothing into it.</summary>
    internal const string HostChain = "host";

    /// <summary>The frame of the table, which holds no network and no port.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="hostRules">The rules of the administrator's chain, one a line.</param>
    internal static string Frame(string table, string hostRules) =>
        $$"""
        add table inet {{table}}
        delete table inet {{table}}
        table inet {{table}} {
            set bridges { type ifname; }
            set published { type inet_proto . inet_service; }
            map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
            map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
            map bound4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
            map bound6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
            set open4 { type ipv4_addr . inet_proto . inet_service; }
            set open6 { type ipv6_addr . inet_proto . inet_service; }
            map from { type ifname : verdict; }
            map to { type ifname : verdict; }
            map leaving { type ifname : verdict; }
            map returning { type ifname : verdict; }
            chain {{HostChain}} {
                {{hostRules}}
            }
            chain guard {
                type filter hook prerouting priority raw; policy accept;
                iifname @bridges ip daddr 127.0.0.0/8 drop
            }
            chain admission {
                type filter hook prerouting priority dstnat - 10; policy accept;
                ct state new fib daddr type local meta l4proto . th dport @published jump {{HostChain}}
            }
            chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                ip daddr != 127.0.0.0/8 dnat ip to ip daddr . meta l4proto . th dport map @bound4
                dnat ip6 to ip6 daddr . meta l4proto . th dport map @bound6
                meta nfproto ipv4 fib daddr type local dnat ip to meta l4proto . th dport map @ports4
                meta nfproto ipv6 fib daddr type local dnat ip6 to meta l4proto . th dport map @ports6
            }
            chain output {
                type nat hook output priority -100; policy accept;
                dnat ip to ip daddr . meta l4proto . th dport map @bound4
                ip6 daddr != ::1 dnat ip6 to ip6 daddr . meta l4proto . th dport map @bound6
                meta nfproto ipv4 fib daddr type local dnat ip to meta l4proto . th dport map @ports4
                ip6 daddr != ::1 fib daddr type local dnat ip6 to meta l4proto . th dport map @ports6
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                ct state established,related accept
                iifname vmap @from
                oifname vmap @to
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr 127.0.0.0/8 oifname @bridges masquerade
                oifname vmap @returning
                iifname vmap @leaving
            }
        }

        """;

    /// <summary>No table, whether there was one or not.</summary>
    internal static string Absence(string table) => $"add table inet {table}\ndelete table inet {table}\n";

    internal static string Add(string table, FirewalledNetwork network)
    {
        string bridge = network.Bridge;
        var text = new StringBuilder();
        Chain(text, table, "from-" + bridge, network.Internal ? [$"oifname != \"{bridge}\" drop"] : []);
        Chain(text, table, "to-" + bridge, Entry(network));
        Chain(text, table, "leaving-" + bridge, [.. network.Families.Where(one => one.Masquerade && !network.Internal).Select(one => $"{Family(one)} saddr {one.Subnet} oifname != \"{bridge}\" {Translation(one)}")]);
        Chain(text, table, "returning-" + bridge, [.. network.Families.Where(one => one.Mode is GatewayMode.Nat or GatewayMode.NatUnprotected && !network.Internal).Select(one => $"{Family(one)} saddr {one.Subnet} ct status dnat masquerade")]);
        foreach (string map in Maps)
        {
            text.Append("add element inet ").Append(table).Append(' ').Append(map).Append(" { \"").Append(bridge).Append("\" : jump ").Append(map).Append('-').Append(bridge).Append(" }\n");
        }

        return text.Append("add element inet ").Append(table).Append(" bridges { \"").Append(bridge).Append("\" }\n").ToString();
    }

    internal static string Remove(string table, FirewalledNetwork network)
    {
        string bridge = network.Bridge;
        var text = new StringBuilder().Append("delete element inet ").Append(table).Append(" bridges { \"").Append(bridge).Append("\" }\n");
        foreach (string map in Maps)
        {
            text.Append("delete element inet ").Append(table).Append(' ').Append(map).Append(" { \"").Append(bridge).Append("\" }\n");
        }

        foreach (string map in Maps)
        {
            text.Append("flush chain inet ").Append(table).Append(' ').Append(map).Append('-').Append(bridge).Append('\n')
                .Append("delete chain inet ").Append(table).Append(' ').Append(map).Append('-').Append(bridge).Append('\n');
        }

        return text.ToString();
    }

    internal static string Element(string verb, string table, string set, string element) => $"{verb} element inet {table} {set} {{ {element} }}\n";

    private static readonly string[] Maps = ["from", "to", "leaving", "returning"];

    /// <summary>What may enter a network besides answers.</summary>
    private static List<string> Entry(FirewalledNetwork network)
    {
        List<string> rules = network.Internal ? [] : ["ct status dnat accept"];
        rules.Add($"iifname \"{network.Bridge}\" {(network.Talking ? "accept" : "drop")}");
        foreach (FirewalledFamily family in network.Internal ? [] : network.Families)
        {
            string width = family.Subnet.IsV6 ? "6" : "4";
            if (family.Mode == GatewayMode.NatUnprotected)
            {
                rules.Add($"meta nfproto ipv{width} iifname != @bridges accept");
            }
            else if (family.Mode == GatewayMode.Routed)
            {
                rules.Add($"{Family(family)} daddr . meta l4proto . th dport @open{width} accept");
                rules.Add(family.Subnet.IsV6 ? "icmpv6 type echo-request accept" : "icmp type echo-request accept");
            }
        }

        rules.Add("drop");
        return rules;
    }

    private static string Family(FirewalledFamily family) => family.Subnet.IsV6 ? "ip6" : "ip";

    private static string Translation(FirewalledFamily family) => family.Source is { } source ? $"snat {Family(family)} to {source}" : "masquerade";

    private static void Chain(StringBuilder text, string table, string name, List<string> rules)
    {
        text.Append("add chain inet ").Append(table).Append(' ').Append(name).Append('\n');
        foreach (string rule in rules)
        {
            text.Append("add rule inet ").Append(table).Append(' ').Append(name).Append(' ').Append(rule).Append('\n');
        }
    }
}
