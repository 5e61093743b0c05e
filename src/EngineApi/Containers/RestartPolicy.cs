namespace Wharf.EngineApi.Containers;

/// <summary>When a container that has ended is started again.</summary>
public sealed record RestartPolicy
{
    public string Name { get; set => field = value ?? ""; } = "";

    public int MaximumRetryCount { get; set; }
}
