namespace Wharf.EngineApi.Containers;

/// <summary>Health in the list of containers.</summary>
public sealed record HealthSummary
{
    public string Status { get; set => field = value ?? ""; } = "";

    public int FailingStreak { get; set; }
}
