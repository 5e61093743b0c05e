using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Engine;

/// <summary>What things of one kind take on the disk, since API 1.52.</summary>
public sealed record ResourceUsage<T>
{
    public long ActiveCount { get; set; }

    public long TotalCount { get; set; }

    /// <summary>Bytes that a prune would give back.</summary>
    public long Reclaimable { get; set; }

    public long TotalSize { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<T>? Items { get; set; }
}
