namespace Wharf.EngineApi.Images;

public sealed record ImageMetadata
{
    public string? LastTagTime { get; init; }
}
