using System.Text.Json;

namespace Wharf.EngineApi.Images;

/// <summary><c>GET /images/{name}/json</c>.</summary>
public sealed record ImageInspect
{
    public required string Id { get; init; }

    public required IReadOnlyList<string> RepoTags { get; init; }

    public required IReadOnlyList<string> RepoDigests { get; init; }

    public string? Parent { get; init; }

    public string? Comment { get; init; }

    /// <summary>RFC 3339 with fractions.</summary>
    public string? Created { get; init; }

    public string? DockerVersion { get; init; }

    public string? Author { get; init; }

    /// <summary>The image's own "config" object, untouched.</summary>
    public JsonElement? Config { get; init; }

    /// <summary>What the image was made from; for versions before 1.45 only, whose clients look for volumes there.</summary>
    public JsonElement? ContainerConfig { get; init; }

    public required string Architecture { get; init; }

    public string? Variant { get; init; }

    public required string Os { get; init; }

    public string? OsVersion { get; init; }

    public required long Size { get; init; }

    public long? VirtualSize { get; init; }

    public ImageGraphDriver? GraphDriver { get; init; }

    public required ImageRootFs RootFS { get; init; }

    public required ImageMetadata Metadata { get; init; }

    public ContentDescriptor? Descriptor { get; init; }

    /// <summary>Only when it was asked for.</summary>
    public IReadOnlyList<ImageManifestSummary>? Manifests { get; init; }
}
