namespace Wharf.EngineApi.Volumes;

/// <summary>The answer of POST /volumes/prune.</summary>
public sealed record PrunedVolumes
{
    public IReadOnlyList<string> VolumesDeleted { get; set; } = [];

    public long SpaceReclaimed { get; set; }
}
