namespace Wharf.EngineApi.Engine;

/// <summary>One program of the engine.</summary>
public sealed record VersionComponent
{
    public string Name { get; set; } = "";

    public string Version { get; set; } = "";

    public IReadOnlyDictionary<string, string> Details { get; set; } = new Dictionary<string, string>();
}
