namespace Wharf.EngineApi.Containers;

/// <summary>One answer of a health check.</summary>
public sealed record HealthcheckResult
{
    public string Start { get; set => field = value ?? ""; } = "";

    public string End { get; set => field = value ?? ""; } = "";

    public int ExitCode { get; set; }

    public string Output { get; set => field = value ?? ""; } = "";
}
