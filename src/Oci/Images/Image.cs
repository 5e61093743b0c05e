using System.Text.Json.Serialization;

namespace Wharf.Oci.Images;

/// <summary>What a manifest's config descriptor points at: image-spec 1.1, config.md.</summary>
public sealed record Image
{
    public DateTimeOffset? Created { get; init; }

    public string? Author { get; init; }

    public required string Architecture { get; init; }

    public string? Variant { get; init; }

    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    public ImageConfig? Config { get; init; }

    public required RootFs Rootfs { get; init; }

    public IReadOnlyList<History>? History { get; init; }

    [JsonIgnore]
    public Platform Platform => new() { Architecture = Architecture, Os = Os, Variant = Variant, OsVersion = OsVersion, OsFeatures = OsFeatures };
}
