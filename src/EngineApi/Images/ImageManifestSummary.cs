namespace Wharf.EngineApi.Images;

/// <summary>One manifest of an image: a platform of it, or statements about one.</summary>
public sealed record ImageManifestSummary
{
    public required string ID { get; init; }

    public required ContentDescriptor Descriptor { get; init; }

    /// <summary>Whether config and layers are all in the content store.</summary>
    public required bool Available { get; init; }

    public required ImageManifestSize Size { get; init; }

    /// <summary>"image", "attestation" or "unknown".</summary>
    public required string Kind { get; init; }

    public ImageManifestData? ImageData { get; init; }

    public AttestationManifestData? AttestationData { get; init; }
}
