namespace Wharf.EngineApi.Engine;

/// <summary>From which sources a program was built.</summary>
public sealed record InfoCommit
{
    public string ID { get; set; } = "";

    public string Expected { get; set; } = "";
}
