namespace Wharf.EngineApi.Containers;

/// <summary>A container's state that was kept: one of <c>GET /containers/{id}/checkpoints</c>.</summary>
public sealed record Checkpoint
{
    public required string Name { get; init; }
}
