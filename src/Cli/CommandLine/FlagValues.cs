using System.Globalization;

namespace Wharf.Cli.CommandLine;

/// <summary>The flags that were given, their values checked.</summary>
internal sealed class FlagValues
{
    private static readonly string[] None = [];
    private readonly Dictionary<string, List<string>> values = [];

    internal void Set(Flag flag, string value)
    {
        FlagCheck.Check(flag, value);
        if (!values.TryGetValue(flag.Name, out List<string>? given))
        {
            values[flag.Name] = given = [];
        }

        given.Add(value);
    }

    internal bool Has(string name) => values.ContainsKey(name);

    internal bool Is(string name, bool fallback = false) =>
        values.TryGetValue(name, out List<string>? given) ? FlagCheck.Bool(given[^1]) == true : fallback;

    internal string Text(string name, string fallback = "") => values.TryGetValue(name, out List<string>? given) ? given[^1] : fallback;

    internal IReadOnlyList<string> All(string name) => values.TryGetValue(name, out List<string>? given) ? given : None;

    /// <summary>The values of a flag whose values commas divide; what stands in quotes stays whole.</summary>
    internal IReadOnlyList<string> Strings(string name) => [.. All(name).SelectMany(CommaList.Split)];

    internal long Int(string name, long fallback = 0) =>
        values.TryGetValue(name, out List<string>? given) ? long.Parse(given[^1], CultureInfo.InvariantCulture) : fallback;

    internal long Bytes(string name) => values.TryGetValue(name, out List<string>? given) ? ByteSize.Parse(given[^1])!.Value : 0;

    /// <summary>In nanoseconds.</summary>
    internal long Duration(string name) => values.TryGetValue(name, out List<string>? given) ? GoDuration.Parse(given[^1])!.Value : 0;
}
