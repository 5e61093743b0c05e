using System.Text.Json;

namespace Wharf.EngineApi.Engine;

/// <summary>The answer of GET /volumes.</summary>
public sealed record VolumeList
{
    public IReadOnlyList<JsonElement> Volumes { get; set; } = [];

    public IReadOnlyList<string>? Warnings { get; set; }
}
