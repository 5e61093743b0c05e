using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>A mount of a container, as inspect and list show it.</summary>
public sealed record MountPoint
{
    public string Type { get; set => field = value ?? ""; } = "";

    /// <summary>Of a volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; set; }

    public string Source { get; set => field = value ?? ""; } = "";

    public string Destination { get; set => field = value ?? ""; } = "";

    /// <summary>Of a volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Driver { get; set; }

    public string Mode { get; set => field = value ?? ""; } = "";

    public bool RW { get; set; }

    public string Propagation { get; set => field = value ?? ""; } = "";
}
