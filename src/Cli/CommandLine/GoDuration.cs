using System.Globalization;

namespace Wharf.Cli.CommandLine;

/// <summary>Durations such as 1m30s or 1.5h.</summary>
internal static class GoDuration
{
    /// <summary>Nanoseconds, or null.</summary>
    internal static long? Parse(string text)
    {
        bool negative = text.StartsWith('-');
        string rest = negative || text.StartsWith('+') ? text[1..] : text;
        if (rest == "0")
        {
            return 0;
        }

        if (rest.Length == 0)
        {
            return null;
        }

        decimal total = 0;
        while (rest.Length > 0)
        {
            int end = 0;
            while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] == '.'))
            {
                end++;
            }

            int unitEnd = end;
            while (unitEnd < rest.Length && !char.IsAsciiDigit(rest[unitEnd]) && rest[unitEnd] != '.')
            {
                unitEnd++;
            }

            decimal unit = Unit(rest[end..unitEnd]);
            if (unit == 0 || !decimal.TryParse(rest.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value > 1_000_000_000_000m)
            {
                return null;
            }

            total += value * unit;
            rest = rest[unitEnd..];
        }

        return total > long.MaxValue ? null : (long)(negative ? -total : total);
    }

    private static decimal Unit(string name) => name switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };
}
