namespace Wharf.EngineApi.Containers;

/// <summary>How well a container is.</summary>
public sealed record Health
{
    public string Status { get; set => field = value ?? ""; } = "";

    public int FailingStreak { get; set; }

    public IReadOnlyList<HealthcheckResult> Log { get; set; } = [];
}
