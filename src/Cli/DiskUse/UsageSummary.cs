using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.DiskUse;

/// <summary>What one kind of thing takes on the engine's disk.</summary>
/// <param name="Kind">As the table names it.</param>
/// <param name="Total">How many.</param>
/// <param name="Active">How many of them are in use.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Reclaimable">Bytes that a prune may free.</param>
/// <param name="HasShare">Whether the part of the whole is shown.</param>
internal sealed record UsageSummary(string Kind, int Total, int Active, long Size, long Reclaimable, bool HasShare = true)
{
    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["Type"] = "TYPE",
        ["TotalCount"] = "TOTAL",
        ["Active"] = "ACTIVE",
        ["Size"] = "SIZE",
        ["Reclaimable"] = "RECLAIMABLE",
    };

    internal FieldRow Row => new("*formatter.diskUsageContext", new Dictionary<string, Func<object?>>
    {
        ["Type"] = () => Kind,
        ["TotalCount"] = () => Total.ToString(CultureInfo.InvariantCulture),
        ["Active"] = () => Active.ToString(CultureInfo.InvariantCulture),
        ["Size"] = () => Words.Size(Size, 4),
        ["Reclaimable"] = () => HasShare && Size > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Words.Size(Reclaimable, 4)} ({Reclaimable * 100 / Size}%)") : Words.Size(Reclaimable, 4),
    });

    internal static UsageSummary OfImages(UsageReport report)
    {
        if (report.Summed("ImageUsage") is { } usage)
        {
            return Of("Images", usage);
        }

        long used = report.Images.Where(image => image.Number("Containers") != 0 && image.Number("Size") != -1 && image.Number("SharedSize") != -1).Sum(image => image.Number("Size") - image.Number("SharedSize"));
        return new UsageSummary("Images", report.Images.Count, report.Images.Count(image => image.Number("Containers") > 0), report.LayersSize, report.LayersSize - used);
    }

    internal static UsageSummary OfContainers(UsageReport report)
    {
        static bool Active(JsonElement container) => container.Text("State") is "running" or "paused" or "restarting";
        return report.Summed("ContainerUsage") is { } usage
            ? Of("Containers", usage)
            : new UsageSummary("Containers", report.Containers.Count, report.Containers.Count(Active), report.Containers.Sum(container => container.Number("SizeRw")), report.Containers.Where(container => !Active(container)).Sum(container => container.Number("SizeRw")));
    }

    internal static UsageSummary OfVolumes(UsageReport report)
    {
        static long Bytes(JsonElement volume) => Math.Max(0, volume.Find("UsageData").Number("Size"));
        static long References(JsonElement volume) => volume.Find("UsageData").Number("RefCount");
        return report.Summed("VolumeUsage") is { } usage
            ? Of("Local Volumes", usage)
            : new UsageSummary("Local Volumes", report.Volumes.Count, report.Volumes.Count(volume => References(volume) > 0), report.Volumes.Sum(Bytes), report.Volumes.Where(volume => References(volume) == 0).Sum(Bytes));
    }

    internal static UsageSummary OfBuildCache(UsageReport report)
    {
        IEnumerable<JsonElement> own = report.BuildCache.Where(record => !record.Is("Shared"));
        return report.Summed("BuildCacheUsage") is { } usage
            ? Of("Build Cache", usage) with { HasShare = false }
            : new UsageSummary("Build Cache", report.BuildCache.Count, report.BuildCache.Count(record => record.Is("InUse")), own.Sum(record => record.Number("Size")), own.Where(record => !record.Is("InUse")).Sum(record => record.Number("Size")), HasShare: false);
    }

    private static UsageSummary Of(string kind, JsonElement usage) =>
        new(kind, (int)usage.Number("TotalCount"), (int)usage.Number("ActiveCount"), usage.Number("TotalSize"), usage.Number("Reclaimable"));
}
