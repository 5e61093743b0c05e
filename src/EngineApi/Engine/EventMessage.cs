namespace Wharf.EngineApi.Engine;

/// <summary>Something that happened.</summary>
public sealed record EventMessage
{
    public string status { get; set; } = "";

    public string id { get; set; } = "";

    public string from { get; set; } = "";

    public string Type { get; set; } = "";

    public string Action { get; set; } = "";

    public EventActor Actor { get; set; } = new();

    public string scope { get; set; } = "local";

    public long time { get; set; }

    public long timeNano { get; set; }
}
