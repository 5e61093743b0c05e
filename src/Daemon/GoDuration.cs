using System.Globalization;

namespace Wharf.Daemon;

/// <summary>Durations as Go writes them: "1h30m", "1.5s", "100ms".</summary>
internal static class GoDuration
{
    private static readonly (string Unit, decimal Nanoseconds)[] Units = [("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    /// <summary>As Go prints it.</summary>
    internal static string Text(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
        {
            return time == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.######}ms");
        }

        string seconds = string.Create(CultureInfo.InvariantCulture, $"{time.Seconds + (time.Ticks % TimeSpan.TicksPerSecond / (decimal)TimeSpan.TicksPerSecond):0.#########}s");
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes}m{seconds}")
            : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{seconds}")
            : seconds;
    }

    /// <summary>Nanoseconds; null for what is no duration.</summary>
    internal static long? Parse(string text)
    {
        if (text == "0")
        {
            return 0;
        }

        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> left = text.AsSpan(negative ? 1 : 0);
        decimal sum = 0;
        if (left.IsEmpty)
        {
            return null;
        }

        while (!left.IsEmpty)
        {
            int digits = left.IndexOfAnyExceptInRange('.', '9');
            if (digits <= 0 || !decimal.TryParse(left[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                return null;
            }

            left = left[digits..];
            int length = left.IndexOfAnyInRange('0', '9') is var end and >= 0 ? end : left.Length;
            string unit = left[..length].ToString();
            decimal size = Units.FirstOrDefault(one => one.Unit == unit).Nanoseconds;
            if (size == 0)
            {
                return null;
            }

            sum += number * size;
            left = left[length..];
        }

        return sum > long.MaxValue ? null : negative ? -(long)sum : (long)sum;
    }
}
