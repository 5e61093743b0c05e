namespace Wharf.EngineApi.Images;

/// <summary>A manifest that containers are made from.</summary>
public sealed record ImageManifestData
{
    public required ContentPlatform Platform { get; init; }

    /// <summary>Ids of containers that were made from it.</summary>
    public required IReadOnlyList<string> Containers { get; init; }

    public required UnpackedImageSize Size { get; init; }
}
