using System.Globalization;

namespace Wharf.Cli.CommandLine;

/// <summary>Amounts of memory: a number and b, k, m, g, t or p, in steps of 1024.</summary>
internal static class ByteSize
{
    internal static long? Parse(string text)
    {
        if (text == "-1")
        {
            return -1;
        }

        (string number, string suffix) = Split(text);
        long unit = Unit(suffix);
        return unit > 0 && decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value < (decimal)long.MaxValue / unit
            ? (long)(value * unit)
            : null;
    }

    internal static string Refusal(string text)
    {
        (string number, string suffix) = Split(text);
        return number.Length == 0 ? $"invalid size: '{text}'" : Unit(suffix) == 0 ? $"invalid suffix: '{suffix}'" : $"invalid size: '{text}'";
    }

    private static (string Number, string Suffix) Split(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        string suffix = text[end..];
        return (text[..end], suffix.StartsWith(' ') ? suffix[1..] : suffix);
    }

    private static long Unit(string suffix)
    {
        string lower = suffix.ToLowerInvariant();
        if (lower is "" or "b")
        {
            return 1;
        }

        int step = "kmgtp".IndexOf(lower[0], StringComparison.Ordinal);
        return step >= 0 && lower[1..] is "" or "b" or "ib" ? 1L << (10 * (step + 1)) : 0;
    }
}
