namespace Wharf.EngineApi.Volumes;

/// <summary>The body of volume create.</summary>
public sealed record VolumeCreateRequest
{
    public string Name { get; set => field = value ?? ""; } = "";

    public string Driver { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string>? DriverOpts { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }
}
