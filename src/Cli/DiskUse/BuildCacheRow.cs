using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.DiskUse;

/// <summary>A record of the build cache in a list.</summary>
internal static class BuildCacheRow
{
    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["ID"] = "CACHE ID",
        ["Parent"] = "PARENT",
        ["CacheType"] = "CACHE TYPE",
        ["Size"] = "SIZE",
        ["CreatedSince"] = "CREATED",
        ["LastUsedSince"] = "LAST USED",
        ["UsageCount"] = "USAGE",
        ["InUse"] = "IN USE",
        ["Shared"] = "SHARED",
        ["Description"] = "DESCRIPTION",
    };

    internal static FieldRow Of(JsonElement record, bool full) => new("*formatter.buildCacheContext", new Dictionary<string, Func<object?>>
    {
        ["ID"] = () => (full ? record.Text("ID") : Words.ShortId(record.Text("ID"))) + (record.Is("InUse") ? "*" : ""),
        ["Parent"] = () => string.Join(", ", record.Texts("Parents")) is var parents && full ? parents : Words.ShortId(parents),
        ["CacheType"] = () => record.Text("Type"),
        ["Description"] = () => record.Text("Description"),
        ["Size"] = () => Words.Size(record.Number("Size")),
        ["CreatedAt"] = () => Words.GoStamp(record.Text("CreatedAt")),
        ["CreatedSince"] = () => Since(record.Text("CreatedAt")),
        ["LastUsedAt"] = () => Words.GoStamp(record.Text("LastUsedAt")),
        ["LastUsedSince"] = () => Since(record.Text("LastUsedAt")),
        ["UsageCount"] = () => record.Number("UsageCount").ToString(CultureInfo.InvariantCulture),
        ["InUse"] = () => record.Is("InUse") ? "true" : "false",
        ["Shared"] = () => record.Is("Shared") ? "true" : "false",
    });

    private static string Since(string stamp) =>
        DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? Words.Ago(time, DateTimeOffset.UtcNow) : "";
}
