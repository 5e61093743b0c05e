namespace Wharf.EngineApi.Images;

/// <summary><c>GET /distribution/{name}/json</c>.</summary>
public sealed record DistributionInspect
{
    public required ContentDescriptor Descriptor { get; init; }

    public required IReadOnlyList<ContentPlatform> Platforms { get; init; }
}
