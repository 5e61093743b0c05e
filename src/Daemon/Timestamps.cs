using System.Globalization;

namespace Wharf.Daemon;

/// <summary>Times as the API writes and reads them.</summary>
internal static class Timestamps
{
    /// <summary>RFC 3339 with nanoseconds, trailing zeros left out.</summary>
    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same with all nine digits, as logs have it.</summary>
    internal static string Fixed(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>since and until of a query: seconds since 1970 with a fraction, or RFC 3339; null when absent or 0.</summary>
    internal static DateTimeOffset? Parse(string? text)
    {
        if (text is null or "" or "0")
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds))
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid value for time: \"{text}\"");
    }
}
