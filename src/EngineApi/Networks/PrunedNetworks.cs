namespace Wharf.EngineApi.Networks;

/// <summary>The networks that a prune has removed.</summary>
public sealed record PrunedNetworks
{
    public IReadOnlyList<string>? NetworksDeleted { get; set; }
}
