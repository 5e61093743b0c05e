using System.Globalization;

namespace Wharf.Shim.Cgroups;

/// <summary>Control files of cgroups: numbers, and lines of a name and a number. One that is not there counts nothing.</summary>
internal static class ControlFile
{
    /// <summary>"max" is the greatest number.</summary>
    internal static ulong Number(string? folder, string file)
    {
        string text = Text(folder, file).Trim();
        return text == "max" ? ulong.MaxValue : Parse(text);
    }

    /// <summary>"max" is 0.</summary>
    internal static ulong Limit(string? folder, string file) => Parse(Text(folder, file).Trim());

    internal static bool Exists(string? folder, string file) => folder is not null && File.Exists(Path.Combine(folder, file));

    internal static Dictionary<string, ulong> Pairs(string? folder, string file) =>
        Lines(folder, file).Select(line => line.Split(' ')).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => Parse(parts[1]));

    internal static IEnumerable<string> Lines(string? folder, string file) => Text(folder, file).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    internal static ulong Parse(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;

    private static string Text(string? folder, string file)
    {
        try
        {
            return folder is null ? "" : File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not every kernel has it, or the cgroup has just gone.
            return "";
        }
    }
}
