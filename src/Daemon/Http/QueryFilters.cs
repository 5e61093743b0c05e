using System.Text.Json;

namespace Wharf.Daemon.Http;

/// <summary>The filters parameter: {"name":["value"]}, or the older {"name":{"value":true}}.</summary>
internal sealed class QueryFilters
{
    private readonly Dictionary<string, List<string>> values = [];

    internal static QueryFilters Parse(string? text, IReadOnlyCollection<string> known)
    {
        var filters = new QueryFilters();
        if (text is null)
        {
            return filters;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(property.Name))
                {
                    throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter '{property.Name}'");
                }

                filters.values[property.Name] = property.Value.ValueKind == JsonValueKind.Array
                    ? [.. property.Value.EnumerateArray().Select(one => one.GetString() ?? "")]
                    : [.. property.Value.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.True).Select(one => one.Name)];
            }

            return filters;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filters \"{text}\": {error.Message.TrimEnd('.')}", error);
        }
    }

    internal static bool LabelMatches(string label, IReadOnlyDictionary<string, string> labels)
    {
        string[] parts = label.Split('=', 2);
        return labels.TryGetValue(parts[0], out string? value) && (parts.Length == 1 || value == parts[1]);
    }

    /// <summary>The first value of a filter that fits; null when none does.</summary>
    internal string? First(string name, Func<string, bool> fits) => values.GetValueOrDefault(name)?.FirstOrDefault(fits);

    internal bool Has(string name) => values.ContainsKey(name);

    /// <summary>True when the filter is absent, or one of its values fits.</summary>
    internal bool Any(string name, Func<string, bool> fits) => !values.TryGetValue(name, out List<string>? wanted) || wanted.Any(fits);

    /// <summary>True when the filter is absent, or all of its values fit.</summary>
    internal bool All(string name, Func<string, bool> fits) => !values.TryGetValue(name, out List<string>? wanted) || wanted.All(fits);
}
