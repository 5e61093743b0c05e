namespace Wharf.EngineApi.Containers;

/// <summary>How a volume is made and mounted.</summary>
public sealed record VolumeOptions
{
    public bool NoCopy { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public VolumeDriverConfig? DriverConfig { get; set; }

    public string Subpath { get; set => field = value ?? ""; } = "";
}
