namespace Wharf.EngineApi.Engine;

/// <summary>The product.</summary>
public sealed record VersionPlatform
{
    public string Name { get; set; } = "";
}
