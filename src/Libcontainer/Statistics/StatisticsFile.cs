using System.Globalization;
using Wharf.Linux;

namespace Wharf.Libcontainer.Statistics;

/// <summary>Reads the few formats that control files have: a number, "max", lines of key and number, lists of ranges.</summary>
internal static class StatisticsFile
{
    /// <summary>0 when the file is not there: a kernel without that counter. "max" and numbers beyond 64 bits are the most there is.</summary>
    internal static ulong Number(string folder, string file) =>
        Files.TryReadText(Path.Combine(folder, file))?.Trim() is not { Length: > 0 } text ? 0
            : text == "max" ? ulong.MaxValue
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value
            : throw new ContainerException($"\"{folder}/{file}\": \"{text}\" is not a number");

    internal static long SignedNumber(string folder, string file) =>
        Files.TryReadText(Path.Combine(folder, file))?.Trim() is { Length: > 0 } text ? long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;

    /// <summary>Lines of "key number".</summary>
    internal static Dictionary<string, ulong> Pairs(string folder, string file)
    {
        var pairs = new Dictionary<string, ulong>();
        foreach (string[] words in Lines(folder, file))
        {
            if (words.Length == 2 && ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            {
                pairs[words[0]] = value;
            }
        }

        return pairs;
    }

    /// <summary>The words of each line; none when there is no such file.</summary>
    internal static IEnumerable<string[]> Lines(string folder, string file) =>
        (Files.TryReadText(Path.Combine(folder, file)) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    internal static IReadOnlyList<ulong> Numbers(string folder, string file) =>
        [.. Lines(folder, file).SelectMany(words => words).Select(word => ulong.Parse(word, CultureInfo.InvariantCulture))];

    /// <summary>A list such as "0-2,7".</summary>
    internal static IReadOnlyList<ushort> Ranges(string folder, string file)
    {
        var numbers = new List<ushort>();
        foreach (string range in (Files.TryReadText(Path.Combine(folder, file)) ?? string.Empty).Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            ushort last = ushort.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (ushort number = ushort.Parse(ends[0], CultureInfo.InvariantCulture); number <= last; number++)
            {
                numbers.Add(number);
            }
        }

        return numbers;
    }

    /// <summary>Null on a kernel without pressure accounting: no file, or one that cannot be read.</summary>
    internal static PressureStatistics? Pressure(string folder, string file)
    {
        try
        {
            Dictionary<string, PressureLine> lines = Lines(folder, file).ToDictionary(words => words[0], words => new PressureLine(Value(words[1]), Value(words[2]), Value(words[3]), (ulong)Value(words[4])));
            return lines.TryGetValue("some", out PressureLine? some) ? new PressureStatistics(some, lines.GetValueOrDefault("full") ?? new PressureLine(0, 0, 0, 0)) : null;
        }
        catch (SyscallException error) when (error.Errno is Errno.EOPNOTSUPP)
        {
            return null;
        }
    }

    private static double Value(string pair) => double.Parse(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
}
