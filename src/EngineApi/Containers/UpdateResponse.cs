namespace Wharf.EngineApi.Containers;

/// <summary>The answer of container update.</summary>
public sealed record UpdateResponse
{
    public IReadOnlyList<string> Warnings { get; set; } = [];
}
