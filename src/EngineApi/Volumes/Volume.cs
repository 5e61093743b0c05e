using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Volumes;

/// <summary>A volume.</summary>
public sealed record Volume
{
    public string? CreatedAt { get; set; }

    public string Driver { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public string Mountpoint { get; set => field = value ?? ""; } = "";

    public string Name { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string>? Options { get; set; }

    public string Scope { get; set => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, JsonElement>? Status { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeUsage? UsageData { get; set; }
}
