using System.Text.Json;

namespace Wharf.Cli.Output;

/// <summary>Reads answers of engines of any version: what is not there is empty, never an error.</summary>
internal static class JsonFields
{
    internal static JsonElement Find(this JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out JsonElement value) ? value : default;

    internal static string Text(this JsonElement document, string name, string fallback = "") =>
        document.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : fallback;

    internal static long Number(this JsonElement document, string name, long fallback = 0) =>
        document.Find(name) is { ValueKind: JsonValueKind.Number } value
            ? value.TryGetInt64(out long whole) ? whole : (long)value.GetDouble()
            : fallback;

    internal static bool Is(this JsonElement document, string name) => document.Find(name).ValueKind == JsonValueKind.True;

    internal static IEnumerable<JsonElement> Items(this JsonElement document, string name) => document.Find(name).Items();

    internal static IEnumerable<JsonElement> Items(this JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    internal static IEnumerable<JsonProperty> Properties(this JsonElement document) => document.ValueKind == JsonValueKind.Object ? document.EnumerateObject() : [];

    /// <summary>The texts of a list.</summary>
    internal static IEnumerable<string> Texts(this JsonElement document, string name) => document.Items(name).Select(item => item.ToString());
}
