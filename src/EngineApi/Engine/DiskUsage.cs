using System.Text.Json;
using System.Text.Json.Serialization;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Images;
using Wharf.EngineApi.Volumes;

namespace Wharf.EngineApi.Engine;

/// <summary>The answer of GET /system/df.</summary>
public sealed record DiskUsage
{
    public long LayersSize { get; set; }

    public IReadOnlyList<ImageSummary> Images { get; set; } = [];

    public IReadOnlyList<ContainerSummary> Containers { get; set; } = [];

    public IReadOnlyList<Volume> Volumes { get; set; } = [];

    public IReadOnlyList<JsonElement> BuildCache { get; set; } = [];

    public long BuilderSize { get; set; }

    /// <summary>Of API 1.52 and later; so with those below.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResourceUsage<ImageSummary>? ImageUsage { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResourceUsage<ContainerSummary>? ContainerUsage { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResourceUsage<Volume>? VolumeUsage { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResourceUsage<JsonElement>? BuildCacheUsage { get; set; }
}
