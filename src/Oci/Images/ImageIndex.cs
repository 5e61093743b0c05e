namespace Wharf.Oci.Images;

/// <summary>The same image for several platforms: image-spec 1.1, image-index.md, and docker's manifest list.</summary>
public sealed record ImageIndex
{
    public int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
