using System.Globalization;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>--since and --until: a time, a number of seconds, or how long ago.</summary>
internal static class PointInTime
{
    /// <summary>Seconds since 1970, as the API takes them; empty for an empty text.</summary>
    internal static string Of(string flag, string text)
    {
        if (text.Length == 0 || text.All(letter => char.IsAsciiDigit(letter) || letter == '.'))
        {
            return text;
        }

        if (GoDuration.Parse(text) is { } ago)
        {
            long ticks = DateTimeOffset.UtcNow.Ticks - DateTimeOffset.UnixEpoch.Ticks - (ago / 100);
            return Seconds(ticks);
        }

        string[] forms = ["yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHHK", "yyyy-MM-ddK", "yyyy-MM-dd"];

        // Nine digits after the point are usual, .NET takes seven.
        string cut = System.Text.RegularExpressions.Regex.Replace(text, @"(\.\d{7})\d+", "$1");
        return DateTimeOffset.TryParseExact(cut, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)
            ? Seconds(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks)
            : throw new CommandException($"{(flag.Length > 0 ? $"invalid value for \"{flag}\": " : "")}failed to parse value as time or duration: \"{text}\"");
    }

    private static string Seconds(long ticks) =>
        string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:D9}");
}
