using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wharf.Harness;

/// <summary>A schema of draft 4, as far as the container specifications use it; a keyword that it does not know is an error, so that nothing goes unchecked.</summary>
public sealed class JsonSchema
{
    // They say nothing about a document.
    private static readonly string[] Silent = ["$schema", "id", "description", "definitions", "format", "title", "default"];
    private readonly Dictionary<string, JsonElement> files = [];
    private readonly string file;
    private readonly JsonElement schema;

    private JsonSchema(string file, JsonElement schema)
    {
        this.file = file;
        this.schema = schema;
    }

    public static JsonSchema Read(string file) => new(file, JsonDocument.Parse(File.ReadAllText(file)).RootElement);

    /// <summary>Each fault as "place: what"; none for a document that fits.</summary>
    public IReadOnlyList<string> Faults(JsonElement document) => [.. Faults(schema, file, document, "$")];

    private IEnumerable<string> Faults(JsonElement rule, string file, JsonElement value, string place)
    {
        if (rule.TryGetProperty("$ref", out JsonElement reference))
        {
            (JsonElement target, string targetFile) = Resolve(reference.GetString()!, file);
            return Faults(target, targetFile, value, place);
        }

        return rule.EnumerateObject().Where(keyword => !Silent.Contains(keyword.Name)).SelectMany(keyword => Keyword(keyword.Name, keyword.Value, rule, file, value, place));
    }

    private IEnumerable<string> Keyword(string name, JsonElement expected, JsonElement rule, string file, JsonElement value, string place)
    {
        bool isObject = value.ValueKind == JsonValueKind.Object;
        bool isArray = value.ValueKind == JsonValueKind.Array;
        bool isNumber = value.ValueKind == JsonValueKind.Number;
        bool isText = value.ValueKind == JsonValueKind.String;
        return name switch
        {
            "type" => IsOfType(value, expected) ? [] : [$"{place}: not of type {expected}"],
            "enum" => expected.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? [] : [$"{place}: {value} is none of {expected}"],
            "minimum" => isNumber && value.GetDouble() < expected.GetDouble() ? [$"{place}: below {expected}"] : [],
            "maximum" => isNumber && value.GetDouble() > expected.GetDouble() ? [$"{place}: above {expected}"] : [],
            "pattern" => isText && !Regex.IsMatch(value.GetString()!, expected.GetString()!) ? [$"{place}: \"{value}\" does not match {expected}"] : [],
            "minItems" => isArray && value.GetArrayLength() < expected.GetInt32() ? [$"{place}: fewer than {expected}"] : [],
            "items" => isArray ? value.EnumerateArray().SelectMany((one, index) => Faults(expected, file, one, $"{place}[{index}]")) : [],
            "required" => isObject ? expected.EnumerateArray().Where(one => !value.TryGetProperty(one.GetString()!, out _)).Select(one => $"{place}: no \"{one}\"") : [],
            "properties" => isObject ? expected.EnumerateObject().Where(one => value.TryGetProperty(one.Name, out _)).SelectMany(one => Faults(one.Value, file, value.GetProperty(one.Name), $"{place}.{one.Name}")) : [],
            "patternProperties" => isObject ? expected.EnumerateObject().SelectMany(one => value.EnumerateObject().Where(property => Regex.IsMatch(property.Name, one.Name)).SelectMany(property => Faults(one.Value, file, property.Value, $"{place}.{property.Name}"))) : [],
            "additionalProperties" => isObject && expected.ValueKind == JsonValueKind.Object ? Others(rule, value).SelectMany(one => Faults(expected, file, one.Value, $"{place}.{one.Name}"))
                : isObject && expected.ValueKind == JsonValueKind.False ? Others(rule, value).Select(one => $"{place}: \"{one.Name}\" is not known") : [],
            "allOf" => expected.EnumerateArray().SelectMany(one => Faults(one, file, value, place)),
            "anyOf" => expected.EnumerateArray().Any(one => !Faults(one, file, value, place).Any()) ? [] : [$"{place}: fits none of anyOf"],
            _ => throw new NotSupportedException($"\"{file}\": keyword \"{name}\""),
        };
    }

    private static IEnumerable<JsonProperty> Others(JsonElement rule, JsonElement value) =>
        value.EnumerateObject().Where(one => !(rule.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(one.Name, out _)));

    private static bool IsOfType(JsonElement value, JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => IsOfType(value, one))
        : type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number),
            var other => throw new NotSupportedException($"type \"{other}\""),
        };

    private (JsonElement Rule, string File) Resolve(string reference, string file)
    {
        string[] parts = reference.Split('#');
        string target = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
        if (!files.TryGetValue(target, out JsonElement rule))
        {
            files[target] = rule = JsonDocument.Parse(File.ReadAllText(target)).RootElement;
        }

        foreach (string name in parts.Length < 2 ? [] : parts[1].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            rule = rule.GetProperty(name);
        }

        return (rule, target);
    }
}
