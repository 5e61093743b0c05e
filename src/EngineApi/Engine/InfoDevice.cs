namespace Wharf.EngineApi.Engine;

/// <summary>A device that containers can ask for by name.</summary>
public sealed record InfoDevice
{
    public string Source { get; set; } = "";

    public string ID { get; set; } = "";
}
