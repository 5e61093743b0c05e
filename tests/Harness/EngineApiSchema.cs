using System.Globalization;
using System.Text.Json;

namespace Wharf.Harness;

/// <summary>
/// The Engine API as its authors describe it (swagger 2.0, docker-engine-api-v1.56.yaml), read by python3-yaml: which operations there
/// are, and what each answers. From the folder that WHARF_SPECS names, or from shared/specs beside the checkout.
/// </summary>
public sealed class EngineApiSchema
{
    private const string File = "docker-engine-api-v1.56.yaml";
    private static readonly string[] Methods = ["get", "put", "post", "delete", "head"];

    // The description does not say so, but dockerd writes null for them: not set, or not known yet.
    private static readonly string[] Pointers = ["OomKillDisable", "MemorySwappiness", "ExitCode"];

    // It is required of an image's manifest, but described nowhere; dockerd does not write it.
    private static readonly string[] Slips = ["UnpackedSize"];

    // They say nothing about a document, or nothing that is wrong of one.
    private static readonly string[] Silent =
    [
        "description", "title", "example", "examples", "default", "format", "externalDocs", "minimum", "maximum", "pattern", "uniqueItems", "minItems", "maxItems", "required", "properties", "additionalProperties", "type", "items", "allOf", "enum", "minLength", "maxLength",
    ];

    private readonly JsonElement root;

    private EngineApiSchema(JsonElement root) => this.root = root;

    /// <summary>Null when this machine does not have it.</summary>
    public static EngineApiSchema? Find()
    {
        string? path = Candidates().FirstOrDefault(System.IO.File.Exists);
        if (path is null)
        {
            return null;
        }

        // Dates of the examples are no types of JSON.
        Command json = Command.Run("python3", ["-c", "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout, default=str)", path]);
        return new EngineApiSchema(JsonDocument.Parse(json.Succeeds().Output).RootElement);
    }

    /// <summary>"METHOD /path" of every operation, sorted.</summary>
    public IReadOnlyList<string> Operations => [.. root.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Where(one => Methods.Contains(one.Name)).Select(one => $"{one.Name.ToUpperInvariant()} {path.Name}"))
        .Order(StringComparer.Ordinal)];

    /// <summary>What is wrong with an answer; empty for one that fits.</summary>
    /// <param name="operation">"METHOD /path", as in <see cref="Operations"/>.</param>
    public IReadOnlyList<string> Faults(string operation, int status, string body)
    {
        string[] parts = operation.Split(' ', 2);
        JsonElement responses = root.GetProperty("paths").GetProperty(parts[1]).GetProperty(parts[0].ToLowerInvariant()).GetProperty("responses");
        if (!responses.TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out JsonElement response))
        {
            return [$"status {status} is not one of the operation's"];
        }

        if (!response.TryGetProperty("schema", out JsonElement schema) || parts[0] == "HEAD" || (schema.TryGetProperty("type", out JsonElement type) && type.GetString() == "string"))
        {
            return [];
        }

        JsonElement document;
        try
        {
            document = JsonDocument.Parse(body).RootElement;
        }
        catch (JsonException error)
        {
            return [$"no JSON: {error.Message}"];
        }

        return [.. Check(schema, document, "$")];
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("WHARF_SPECS") is { Length: > 0 } given)
        {
            yield return Path.Combine(given, File);
        }

        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, "shared", "specs", File);
        }
    }

    private IEnumerable<string> Check(JsonElement rule, JsonElement value, string place)
    {
        if (rule.TryGetProperty("$ref", out JsonElement reference))
        {
            JsonElement target = root;
            foreach (string name in reference.GetString()![2..].Split('/'))
            {
                target = target.GetProperty(name);
            }

            return Check(target, value, place);
        }

        if (rule.EnumerateObject().Select(keyword => keyword.Name).FirstOrDefault(name => !Silent.Contains(name) && !name.StartsWith("x-", StringComparison.Ordinal)) is { } unknown)
        {
            throw new NotSupportedException($"{place}: keyword \"{unknown}\"");
        }

        return Checked(rule, value, place);
    }

    private List<string> Checked(JsonElement rule, JsonElement value, string place)
    {
        string? type = rule.TryGetProperty("type", out JsonElement named) ? named.GetString() : rule.TryGetProperty("properties", out _) ? "object" : null;

        // What Go writes for a list, a map or a pointer that is not there.
        if (value.ValueKind == JsonValueKind.Null)
        {
            return type is "array" or "object" or null || rule.TryGetProperty("x-nullable", out _) || Pointers.Contains(place[(place.LastIndexOf('.') + 1)..]) ? [] : [$"{place}: null instead of {type}"];
        }

        bool fits = type switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number),
            "number" => value.ValueKind == JsonValueKind.Number,
            null => true,
            _ => throw new NotSupportedException($"{place}: type \"{type}\""),
        };
        if (!fits)
        {
            return [$"{place}: {value.ValueKind} instead of {type}"];
        }

        var faults = new List<string>();
        if (rule.TryGetProperty("enum", out JsonElement choices) && !choices.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            faults.Add($"{place}: {value} is none of {choices}");
        }

        if (rule.TryGetProperty("minLength", out JsonElement least) && value.GetString()!.Length < least.GetInt32())
        {
            faults.Add($"{place}: {value} is shorter than {least}");
        }

        if (rule.TryGetProperty("maxLength", out JsonElement most) && value.GetString()!.Length > most.GetInt32())
        {
            faults.Add($"{place}: {value} is longer than {most}");
        }

        foreach (JsonElement part in rule.TryGetProperty("allOf", out JsonElement all) ? all.EnumerateArray() : [])
        {
            faults.AddRange(Check(part, value, place));
        }

        if (value.ValueKind == JsonValueKind.Array && rule.TryGetProperty("items", out JsonElement items))
        {
            faults.AddRange(value.EnumerateArray().SelectMany((one, index) => Check(items, one, $"{place}[{index}]")));
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            faults.AddRange(Members(rule, value, place));
        }

        return faults;
    }

    private IEnumerable<string> Members(JsonElement rule, JsonElement value, string place)
    {
        bool described = rule.TryGetProperty("properties", out JsonElement properties);
        foreach (JsonElement name in rule.TryGetProperty("required", out JsonElement required) ? required.EnumerateArray() : [])
        {
            if (!value.TryGetProperty(name.GetString()!, out _) && !Slips.Contains(name.GetString()))
            {
                yield return $"{place}: no \"{name}\"";
            }
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (described && properties.TryGetProperty(member.Name, out JsonElement known))
            {
                foreach (string fault in Check(known, member.Value, $"{place}.{member.Name}"))
                {
                    yield return fault;
                }
            }
            else if (rule.TryGetProperty("additionalProperties", out JsonElement others) && others.ValueKind == JsonValueKind.Object)
            {
                foreach (string fault in Check(others, member.Value, $"{place}.{member.Name}"))
                {
                    yield return fault;
                }
            }
        }
    }
}
