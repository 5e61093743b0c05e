using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>A port of a container in the list of containers.</summary>
public sealed record PortSummary
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IP { get; set; }

    public int PrivatePort { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PublicPort { get; set; }

    public string Type { get; set => field = value ?? ""; } = "";
}
