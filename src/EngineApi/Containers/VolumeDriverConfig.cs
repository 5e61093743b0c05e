namespace Wharf.EngineApi.Containers;

/// <summary>The driver of a volume that is made with its container.</summary>
public sealed record VolumeDriverConfig
{
    public string Name { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string>? Options { get; set; }
}
