using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Containers;

/// <summary>Ports of a container as "0.0.0.0:80-&gt;80/tcp, 90-92/tcp": neighbours are put together.</summary>
internal static class PortList
{
    internal static string Of(IEnumerable<JsonElement> ports)
    {
        (string Address, long Public, long Private, string Type)[] sorted =
        [
            .. ports.Select(port => (Address: port.Text("IP"), Public: port.Number("PublicPort"), Private: port.Number("PrivatePort"), Type: port.Text("Type")))
                .OrderBy(port => port.Private).ThenBy(port => port.Address, StringComparer.Ordinal).ThenBy(port => port.Public).ThenBy(port => port.Type, StringComparer.Ordinal),
        ];
        var groups = new List<(string Address, long Public, long First, long Last, string Type)>();
        var shown = new List<string>();
        foreach ((string address, long outer, long inner, string type) in sorted)
        {
            if (address.Length > 0 && outer != inner)
            {
                shown.Add($"{Host(address)}:{outer}->{inner}/{type}");
                continue;
            }

            int before = groups.FindIndex(group => group.Address == address && group.Type == type && group.Last == inner - 1);
            if (before >= 0)
            {
                groups[before] = groups[before] with { Last = inner };
            }
            else
            {
                groups.Add((address, outer, inner, inner, type));
            }
        }

        IEnumerable<string> ranges = groups.OrderBy(group => group.Type, StringComparer.Ordinal).Select(group =>
        {
            string range = group.First == group.Last ? group.First.ToString(CultureInfo.InvariantCulture) : $"{group.First}-{group.Last}";
            return group.Address.Length > 0 ? $"{Host(group.Address)}:{range}->{range}/{group.Type}" : $"{range}/{group.Type}";
        });
        return string.Join(", ", ranges.Concat(shown));
    }

    private static string Host(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
