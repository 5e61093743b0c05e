using System.Globalization;

namespace Wharf.Daemon;

/// <summary>Sizes as docker's users write them: a number and a unit, such as "10m".</summary>
internal static class ByteSize
{
    /// <summary>Bytes; null for what is no size.</summary>
    /// <param name="step">From one unit to the next: 1000 for files, 1024 for memory.</param>
    internal static long? Parse(string text, int step)
    {
        string digits = text.TrimEnd('b', 'B');
        digits = step == 1024 ? digits.TrimEnd('i', 'I') : digits;
        int exponent = digits.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(digits[^1]), StringComparison.Ordinal) + 1;
        string number = exponent > 0 ? digits[..^1] : digits;
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value * (decimal)Math.Pow(step, Math.Max(exponent, 0)) is var bytes and >= 0 and <= long.MaxValue
            ? (long)bytes
            : null;
    }
}
