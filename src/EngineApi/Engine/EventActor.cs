namespace Wharf.EngineApi.Engine;

/// <summary>What it happened to.</summary>
public sealed record EventActor
{
    public string ID { get; set; } = "";

    public IReadOnlyDictionary<string, string> Attributes { get; set; } = new Dictionary<string, string>();
}
