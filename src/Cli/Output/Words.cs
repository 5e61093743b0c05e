using System.Globalization;
using System.Text;

namespace Wharf.Cli.Output;

/// <summary>Times and sizes for people.</summary>
internal static class Words
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    private static readonly string[] BinaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>"2 hours", rounded as docker rounds.</summary>
    internal static string Duration(TimeSpan span)
    {
        double seconds = Math.Truncate(span.TotalSeconds);
        double minutes = Math.Truncate(span.TotalMinutes);
        double hours = Math.Round(span.TotalHours, MidpointRounding.AwayFromZero);
        return seconds < 1 ? "Less than a second"
            : seconds < 2 ? "1 second"
            : seconds < 60 ? $"{seconds} seconds"
            : minutes < 2 ? "About a minute"
            : minutes < 60 ? $"{minutes} minutes"
            : hours < 2 ? "About an hour"
            : hours < 48 ? $"{hours} hours"
            : hours < 24 * 7 * 2 ? $"{Math.Truncate(hours / 24)} days"
            : hours < 24 * 30 * 2 ? $"{Math.Truncate(hours / 24 / 7)} weeks"
            : hours < 24 * 365 * 2 ? $"{Math.Truncate(hours / 24 / 30)} months"
            : $"{Math.Truncate(span.TotalHours / 24 / 365)} years";
    }

    internal static string Ago(DateTimeOffset time, DateTimeOffset now) => Duration(now - time) + " ago";

    /// <summary>Steps of a thousand, so many significant digits.</summary>
    internal static string Size(double bytes, int digits = 3) => Scaled(bytes, 1000, Units, digits);

    /// <summary>Steps of 1024: "23.54GiB".</summary>
    internal static string BinarySize(double bytes) => Scaled(bytes, 1024, BinaryUnits, 4);

    /// <summary>Cut to so many characters, the last an ellipsis.</summary>
    internal static string Shorten(string text, int most)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        return runes.Length <= most ? text : string.Concat(runes.Take(most - 1)) + "…";
    }

    /// <summary>Twelve digits of an id, without its algorithm.</summary>
    internal static string ShortId(string id)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        string digits = id[(colon + 1)..];
        return digits.Length > 12 ? digits[..12] : digits;
    }

    /// <summary>As Go prints a time in UTC.</summary>
    internal static string GoTime(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture) + Zone(time.ToLocalTime());

    /// <summary>A time of an engine as Go prints it, its nine digits kept: "2024-05-01 10:00:00.123456789 +0000 UTC".</summary>
    internal static string GoStamp(string stamp)
    {
        int point = stamp.IndexOf('.', StringComparison.Ordinal);
        string cut = point < 0 ? stamp : stamp[..point] + stamp[(point + 1)..].TrimStart("0123456789".ToCharArray());
        if (!DateTimeOffset.TryParse(cut, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return stamp;
        }

        string digits = point < 0 ? "" : string.Concat(stamp[(point + 1)..].TakeWhile(char.IsAsciiDigit)).TrimEnd('0');
        string zone = time.Offset == TimeSpan.Zero ? "+0000 UTC" : time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal) is { } offset ? $"{offset} {offset}" : "";
        return $"{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}{(digits.Length > 0 ? "." + digits : "")} {zone}";
    }

    /// <summary>%g with so many significant digits.</summary>
    internal static string General(double value, int digits) => value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Zone(DateTimeOffset time) =>
        time.Offset == TimeSpan.Zero ? "+0000 UTC"
            : time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal) is { } offset ? $"{offset} {ZoneName(time, offset)}" : "";

    private static string ZoneName(DateTimeOffset time, string offset)
    {
        string name = TimeZoneInfo.Local.IsDaylightSavingTime(time) ? TimeZoneInfo.Local.DaylightName : TimeZoneInfo.Local.StandardName;
        return name.Length is > 0 and < 6 && name.All(char.IsAsciiLetter) ? name : offset;
    }

    private static string Scaled(double value, double step, string[] units, int digits)
    {
        int unit = 0;
        while (value >= step && unit < units.Length - 1)
        {
            value /= step;
            unit++;
        }

        string number = General(value, digits);
        return (number.Contains('E', StringComparison.Ordinal) ? value.ToString("0", CultureInfo.InvariantCulture) : number) + units[unit];
    }
}
