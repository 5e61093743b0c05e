namespace Wharf.EngineApi.Engine;

/// <summary>Which engine this is.</summary>
public sealed record VersionInfo
{
    public VersionPlatform Platform { get; set; } = new();

    public IReadOnlyList<VersionComponent> Components { get; set; } = [];

    public string Version { get; set; } = "";

    public string ApiVersion { get; set; } = "";

    public string MinAPIVersion { get; set; } = "";

    public string GitCommit { get; set; } = "";

    public string GoVersion { get; set; } = "";

    public string Os { get; set; } = "";

    public string Arch { get; set; } = "";

    public string KernelVersion { get; set; } = "";

    public string BuildTime { get; set; } = "";
}
