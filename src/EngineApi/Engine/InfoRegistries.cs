namespace Wharf.EngineApi.Engine;

/// <summary>How registries are reached.</summary>
public sealed record InfoRegistries
{
    public IReadOnlyList<string> InsecureRegistryCIDRs { get; set; } = [];

    public IReadOnlyDictionary<string, InfoRegistry> IndexConfigs { get; set; } = new Dictionary<string, InfoRegistry>();

    public IReadOnlyList<string> Mirrors { get; set; } = [];
}
