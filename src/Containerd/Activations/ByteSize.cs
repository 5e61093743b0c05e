using System.Globalization;

namespace Wharf.Containerd.Activations;

/// <summary>A number of bytes in words: "1048576", "64m", "1.5GiB". Units are powers of 1024.</summary>
internal static class ByteSize
{
    public static long? TryParse(string text)
    {
        string lower = text.Trim().ToLowerInvariant();
        int digits = lower.TakeWhile(one => char.IsAsciiDigit(one) || one == '.').Count();
        int power = lower[digits..].Trim() switch
        {
            "" or "b" => 0,
            "k" or "kb" or "kib" => 1,
            "m" or "mb" or "mib" => 2,
            "g" or "gb" or "gib" => 3,
            "t" or "tb" or "tib" => 4,
            _ => -1,
        };
        return power >= 0 && decimal.TryParse(lower[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value <= long.MaxValue >> (10 * power)
            ? (long)(value * (1L << (10 * power)))
            : null;
    }
}
