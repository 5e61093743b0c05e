using Wharf.Oci.Digests;

namespace Wharf.Oci.Images;

/// <summary>Points at content: image-spec 1.1, descriptor.md.</summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>Length of the content in bytes.</summary>
    public required long Size { get; init; }

    public IReadOnlyList<string>? Urls { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public Platform? Platform { get; init; }

    public string? ArtifactType { get; init; }
}
