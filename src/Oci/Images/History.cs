using System.Text.Json.Serialization;

namespace Wharf.Oci.Images;

/// <summary>How a layer came to be: image-spec 1.1, config.md ("history").</summary>
public sealed record History
{
    public DateTimeOffset? Created { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    public string? Author { get; init; }

    public string? Comment { get; init; }

    [JsonPropertyName("empty_layer")]
    public bool? EmptyLayer { get; init; }
}
