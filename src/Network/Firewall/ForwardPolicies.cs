using System.Text;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Network.Firewall;

/// <summary>
/// Chains of others that drop whatever they do not know when it is forwarded: iptables' FORWARD has such a policy once dockerd
/// or ufw has set it. An accept in our table does not overrule it, so each gets a rule for each bridge, and that at its end:
/// every rule of the host's own comes first, and only the policy is overruled. What enters or leaves a bridge is judged by our table.
/// </summary>
internal static class ForwardPolicies
{
    /// <summary>The commands that make the rules what they should be for these bridges; the comment of a rule tells whose it is.</summary>
    internal static string Changes(string table, IReadOnlyList<string> bridges)
    {
        var text = new StringBuilder();
        foreach ((string family, string owner, string chain, bool drops) in Chains(table))
        {
            Dictionary<string, long> present = Present(family, owner, chain, table);
            foreach (string link in (drops ? bridges : []).SelectMany(bridge => new[] { $"iifname \"{bridge}\"", $"oifname \"{bridge}\"" }))
            {
                string comment = Comment(table, link);
                if (!present.Remove(comment))
                {
                    text.Append("add rule ").Append(family).Append(' ').Append(owner).Append(' ').Append(chain).Append(' ').Append(link)
                        .Append(" counter accept comment \"").Append(comment).Append("\"\n");
                }
            }

            foreach (long handle in present.Values)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"delete rule {family} {owner} {chain} handle {handle}\n");
            }
        }

        return text.ToString();
    }

    private static string Comment(string table, string link) => $"{table}: {link.Replace("\"", "", StringComparison.Ordinal)}";

    private static List<(string Family, string Table, string Chain, bool Drops)> Chains(string own)
    {
        using JsonDocument document = JsonDocument.Parse(Nftables.List("list chains"));
        var found = new List<(string Family, string Table, string Chain, bool Drops)>();
        foreach (JsonElement one in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (one.TryGetProperty("chain", out JsonElement chain)
                && Text(chain, "hook") == "forward"
                && Text(chain, "family") is "ip" or "ip6" or "inet" && Text(chain, "table") != own)
            {
                found.Add((Text(chain, "family"), Text(chain, "table"), Text(chain, "name"), Text(chain, "policy") == "drop"));
            }
        }

        return found;
    }

    private static Dictionary<string, long> Present(string family, string owner, string chain, string table)
    {
        using JsonDocument document = JsonDocument.Parse(Nftables.List($"list chain {family} {owner} {chain}"));
        var found = new Dictionary<string, long>();
        foreach (JsonElement one in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (one.TryGetProperty("rule", out JsonElement rule) && Text(rule, "comment").StartsWith(table + ": ", StringComparison.Ordinal))
            {
                found[Text(rule, "comment")] = rule.GetProperty("handle").GetInt64();
            }
        }

        return found;
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
}
