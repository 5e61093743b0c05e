using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wharf.Daemon.Images;

/// <summary>The <c>filters</c> query of the API, in both of its forms: <c>{"label":["k=v"]}</c> and <c>{"label":{"k=v":true}}</c>.</summary>
internal sealed class ImageFilters
{
    private readonly Dictionary<string, List<string>> _values = [];

    public IReadOnlyList<string> this[string key] => _values.TryGetValue(key, out List<string>? values) ? values : [];

    /// <exception cref="EngineException">Malformed, or a key that is not in <paramref name="known"/>.</exception>
    public static ImageFilters Parse(string? json, params string[] known)
    {
        var filters = new ImageFilters();
        if (string.IsNullOrEmpty(json))
        {
            return filters;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(property.Name))
                {
                    throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter '{property.Name}'");
                }

                filters._values[property.Name] = property.Value.ValueKind == JsonValueKind.Array
                    ? [.. property.Value.EnumerateArray().Select(value => value.GetString() ?? "")]
                    : [.. property.Value.EnumerateObject().Where(value => value.Value.ValueKind == JsonValueKind.True).Select(value => value.Name)];
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "invalid filters: expected a JSON object of lists", error);
        }

        return filters;
    }

    /// <summary>A filter that is true or false; null when it is not given.</summary>
    public bool? Boolean(string key) => this[key] switch
    {
        [] => null,
        ["1" or "true" or "True" or "t"] => true,
        ["0" or "false" or "False" or "f"] => false,
        var other => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter '{key}=[{string.Join(' ', other)}]'"),
    };

    /// <summary>Every <c>k</c> is there and every <c>k=v</c> has that value.</summary>
    public bool HasLabels(IReadOnlyDictionary<string, string>? labels) => this["label"].All(wanted => Has(labels, wanted)) && !this["label!"].Any(unwanted => Has(labels, unwanted));

    public static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, "\\A" + Regex.Escape(pattern).Replace("\\*", "[^/]*").Replace("\\?", "[^/]") + "\\z", RegexOptions.CultureInvariant);

    /// <summary>A moment: seconds since 1970, a date, or how long ago (<c>24h</c>, <c>1h30m</c>).</summary>
    public static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        }

        MatchCollection parts = Regex.Matches(text, "\\G(\\d+(?:\\.\\d+)?)(ms|h|m|s)");
        if (parts.Count > 0 && parts.Sum(part => part.Length) == text.Length)
        {
            return now - parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(1),
                "m" => TimeSpan.FromMinutes(1),
                "s" => TimeSpan.FromSeconds(1),
                _ => TimeSpan.FromMilliseconds(1),
            });
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter 'until={text}'");
    }

    private static bool Has(IReadOnlyDictionary<string, string>? labels, string wanted)
    {
        string[] parts = wanted.Split('=', 2);
        return labels is not null && labels.TryGetValue(parts[0], out string? value) && (parts.Length == 1 || parts[1] == value);
    }
}
