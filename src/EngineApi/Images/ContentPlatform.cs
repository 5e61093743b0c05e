using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

/// <summary>An OCI platform as the API shows it.</summary>
public sealed record ContentPlatform
{
    [JsonPropertyName("architecture")]
    public required string Architecture { get; init; }

    [JsonPropertyName("os")]
    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }
}
