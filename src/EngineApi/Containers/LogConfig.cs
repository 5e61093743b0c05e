namespace Wharf.EngineApi.Containers;

/// <summary>Where output goes: a driver and its options.</summary>
public sealed record LogConfig
{
    public string Type { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string>? Config { get; set; }
}
