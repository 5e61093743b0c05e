namespace Wharf.EngineApi.Containers;

/// <summary>A resource limit by docker's short name.</summary>
public sealed record Ulimit
{
    public string Name { get; set; } = "";

    public long Hard { get; set; }

    public long Soft { get; set; }
}
