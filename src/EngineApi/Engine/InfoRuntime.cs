namespace Wharf.EngineApi.Engine;

/// <summary>A runtime that containers may ask for.</summary>
public sealed record InfoRuntime
{
    public string path { get; set; } = "";
}
