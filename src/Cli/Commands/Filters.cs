using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Commands;

/// <summary>--filter name=value, as the API wants it: a set of values for each name.</summary>
internal static class Filters
{
    internal static Flag Flag { get; } = new("filter", 'f', FlagType.Filter, "Filter output based on conditions provided");

    /// <summary>A part of a query, empty when there is no filter.</summary>
    internal static string Query(IEnumerable<string> filters)
    {
        var sets = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (string filter in filters.Where(filter => filter.Length > 0))
        {
            string[] parts = filter.Split('=', 2);
            string name = parts[0].Trim().ToLowerInvariant();
            if (!sets.TryGetValue(name, out SortedSet<string>? values))
            {
                sets[name] = values = new SortedSet<string>(StringComparer.Ordinal);
            }

            values.Add(parts[1].Trim());
        }

        if (sets.Count == 0)
        {
            return "";
        }

        var json = new StringBuilder("{");
        foreach ((string name, SortedSet<string> values) in sets)
        {
            json.Append(json.Length > 1 ? "," : "");
            GoJson.AppendString(json, name, escapeHtml: true);
            json.Append(":{");
            json.AppendJoin(',', values.Select(value => GoJson.Of(value, escapeHtml: true) + ":true")).Append('}');
        }

        return Uri.EscapeDataString(json.Append('}').ToString());
    }
}
