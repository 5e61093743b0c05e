namespace Wharf.Oci.Images;

/// <summary>One image for one platform: image-spec 1.1, manifest.md, and docker's schema 2.</summary>
public sealed record Manifest
{
    public int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public required Descriptor Config { get; init; }

    public required IReadOnlyList<Descriptor> Layers { get; init; }

    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
