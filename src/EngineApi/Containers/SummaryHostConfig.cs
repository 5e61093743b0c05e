namespace Wharf.EngineApi.Containers;

/// <summary>What the list tells of a HostConfig.</summary>
public sealed record SummaryHostConfig
{
    public string NetworkMode { get; set; } = "";
}
