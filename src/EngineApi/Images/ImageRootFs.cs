namespace Wharf.EngineApi.Images;

public sealed record ImageRootFs
{
    public required string Type { get; init; }

    /// <summary>DiffIDs, from the lowest.</summary>
    public required IReadOnlyList<string> Layers { get; init; }
}
