using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.DiskUse;

/// <summary>An engine's answer about its disk, of either shape: lists with one sum (until API 1.51), or sums with their lists.</summary>
internal sealed class UsageReport(JsonElement answer)
{
    internal IReadOnlyList<JsonElement> Images { get; } = List(answer, "Images", "ImageUsage");

    internal IReadOnlyList<JsonElement> Containers { get; } = List(answer, "Containers", "ContainerUsage");

    internal IReadOnlyList<JsonElement> Volumes { get; } = List(answer, "Volumes", "VolumeUsage");

    internal IReadOnlyList<JsonElement> BuildCache { get; } = List(answer, "BuildCache", "BuildCacheUsage");

    internal long LayersSize => answer.Number("LayersSize");

    internal JsonElement? Summed(string name) => answer.Find(name) is { ValueKind: JsonValueKind.Object } usage ? usage : null;

    private static IReadOnlyList<JsonElement> List(JsonElement answer, string older, string newer) =>
        [.. answer.Find(newer) is { ValueKind: JsonValueKind.Object } usage ? usage.Items("Items") : answer.Items(older)];
}
