using System.Globalization;

namespace Wharf.Cli.Traces;

/// <summary>The header Server-Timing: name;desc="…";dur=MILLISECONDS, commas between.</summary>
internal static class ServerTiming
{
    /// <summary>Laps in their order; an entry without a duration is left out.</summary>
    internal static IEnumerable<(string Hop, string What, TimeSpan Took)> Parse(string header)
    {
        foreach (string entry in Entries(header))
        {
            string[] fields = entry.Split(';');
            string what = Field(fields, "desc").Trim('"');
            if (double.TryParse(Field(fields, "dur"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds))
            {
                yield return (fields[0].Trim(), what, TimeSpan.FromMilliseconds(milliseconds));
            }
        }
    }

    /// <summary>Commas in quotes divide nothing.</summary>
    private static IEnumerable<string> Entries(string header)
    {
        int from = 0;
        bool quoted = false;
        for (int index = 0; index < header.Length; index++)
        {
            quoted ^= header[index] == '"';
            if (header[index] == ',' && !quoted)
            {
                yield return header[from..index];
                from = index + 1;
            }
        }

        yield return header[from..];
    }

    private static string Field(string[] fields, string name) =>
        fields.Select(field => field.Trim()).FirstOrDefault(field => field.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
}
