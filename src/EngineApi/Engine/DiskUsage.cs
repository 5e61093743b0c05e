using System.Text.Json;
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
}
