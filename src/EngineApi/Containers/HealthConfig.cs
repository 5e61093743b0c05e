namespace Wharf.EngineApi.Containers;

/// <summary>How a container is asked whether it is well. Times in nanoseconds; 0: inherited or the default.</summary>
public sealed record HealthConfig
{
    public IReadOnlyList<string>? Test { get; set; }

    public long Interval { get; set; }

    public long Timeout { get; set; }

    public int Retries { get; set; }

    public long StartPeriod { get; set; }

    public long StartInterval { get; set; }
}
