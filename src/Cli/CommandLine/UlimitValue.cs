using System.Globalization;

namespace Wharf.Cli.CommandLine;

/// <summary>A resource limit: <c>name=soft[:hard]</c>.</summary>
internal sealed record UlimitValue(string Name, long Soft, long Hard)
{
    private const string Known = " core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack ";

    internal static UlimitValue? Parse(string text, out string? refusal)
    {
        string[] parts = text.Split('=', 2);
        refusal = null;
        if (parts.Length != 2)
        {
            refusal = $"invalid ulimit argument: {text}";
            return null;
        }

        if (!Known.Contains($" {parts[0]} ", StringComparison.Ordinal))
        {
            refusal = $"invalid ulimit type: {parts[0]}";
            return null;
        }

        string[] limits = parts[1].Split(':');
        if (limits.Length > 2)
        {
            refusal = $"too many limit value arguments - {parts[1]}, can only have up to two, `soft[:hard]`";
            return null;
        }

        long hard = 0;
        if (!long.TryParse(limits[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long soft)
            || (limits.Length == 2 && !long.TryParse(limits[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out hard)))
        {
            refusal = $"strconv.ParseInt: parsing \"{parts[1]}\": invalid syntax";
            return null;
        }

        if (limits.Length == 1)
        {
            hard = soft;
        }

        if (hard != -1 && (soft == -1 || soft > hard))
        {
            refusal = $"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}";
            return null;
        }

        return new UlimitValue(parts[0], soft, hard);
    }
}
