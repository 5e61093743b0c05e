namespace Wharf.EngineApi.Volumes;

/// <summary>The answer of GET /volumes.</summary>
public sealed record VolumeList
{
    public IReadOnlyList<Volume> Volumes { get; set; } = [];

    public IReadOnlyList<string>? Warnings { get; set; }
}
