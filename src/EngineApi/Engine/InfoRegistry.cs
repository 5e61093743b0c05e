namespace Wharf.EngineApi.Engine;

/// <summary>How one registry is reached.</summary>
public sealed record InfoRegistry
{
    public string Name { get; set; } = "";

    public IReadOnlyList<string> Mirrors { get; set; } = [];

    public bool Secure { get; set; }

    public bool Official { get; set; }
}
