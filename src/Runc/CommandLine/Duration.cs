using System.Globalization;
using Wharf.Libcontainer;

namespace Wharf.Runc.CommandLine;

/// <summary>A time as Go writes it: "5s", "100ms", "1m30s".</summary>
internal static class Duration
{
    private static readonly (string Name, double Seconds)[] Units = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    internal static TimeSpan Parse(string text, string flag)
    {
        double seconds = 0;
        int position = 0;
        while (position < text.Length)
        {
            int start = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
            {
                position++;
            }

            int end = position;
            while (end < text.Length && !char.IsAsciiDigit(text[end]) && text[end] != '.')
            {
                end++;
            }

            string unit = text[position..end];
            (string Name, double Seconds) known = Units.FirstOrDefault(one => one.Name == unit);
            if (known.Name is null || !double.TryParse(text.AsSpan(start, position - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                throw new UsageException($"invalid value \"{text}\" for flag -{flag}: time: invalid duration \"{text}\"");
            }

            seconds += number * known.Seconds;
            position = end;
        }

        return seconds > 0 ? TimeSpan.FromSeconds(seconds) : throw new ContainerException("duration interval must be greater than 0");
    }
}
