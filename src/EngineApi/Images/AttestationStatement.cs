using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

/// <summary>A statement that somebody makes of an image (in-toto).</summary>
public sealed record AttestationStatement
{
    public required ContentDescriptor Descriptor { get; init; }

    public string PredicateType { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Statement { get; set; }
}
