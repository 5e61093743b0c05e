namespace Wharf.EngineApi.Containers;

/// <summary><c>POST /containers/{id}/checkpoints</c>.</summary>
public sealed record CheckpointCreateRequest
{
    public string CheckpointID { get; set => field = value ?? ""; } = "";

    /// <summary>Where it is kept; empty: with the container.</summary>
    public string CheckpointDir { get; set => field = value ?? ""; } = "";

    /// <summary>Whether the container's run ends with it.</summary>
    public bool Exit { get; set; }
}
