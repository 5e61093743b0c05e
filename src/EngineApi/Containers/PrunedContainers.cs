namespace Wharf.EngineApi.Containers;

/// <summary>The answer of container prune.</summary>
public sealed record PrunedContainers
{
    public IReadOnlyList<string>? ContainersDeleted { get; set; }

    public long SpaceReclaimed { get; set; }
}
