namespace Wharf.EngineApi.Images;

/// <summary>One step of a removal: a name or an image that is gone.</summary>
public sealed record DeletedImage
{
    public string? Untagged { get; init; }

    public string? Deleted { get; init; }
}
