using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.DiskUse;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;
using Wharf.Cli.Volumes;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class DiskUsageCommand
{
    private const string SummaryTable = "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
    private const string ImageTable = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}";
    private const string ContainerTable = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}";
    private const string VolumeTable = "{{.Name}}\t{{.Links}}\t{{.Size}}";
    private const string CacheTable = "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}";

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Show docker disk usage",
        Paths = ["system df"],
        Flags =
        [
            new("format", '\0', FlagType.Text, Formats.Description),
            new("verbose", 'v', FlagType.Switch, "Show detailed information on space usage"),
        ],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        string format = call.Flags.Text("format");
        bool verbose = call.Flags.Is("verbose");
        using EngineResponse response = call.Session.Client.Send("GET", new Query("/system/df").AddIf("verbose", verbose).ToString());
        var report = new UsageReport(response.ReadJson());
        UsageSummary[] summaries = [UsageSummary.OfImages(report), UsageSummary.OfContainers(report), UsageSummary.OfVolumes(report), UsageSummary.OfBuildCache(report)];
        if (!verbose)
        {
            Formats.Print(call.Session, format, SummaryTable, UsageSummary.Headings, summaries.Select(summary => summary.Row));
            return 0;
        }

        bool full = format is not ("" or "table");
        FieldRow[] images = [.. report.Images.Select(image => ImageRow.Of(ImageName.Of(image, withDigests: false).First(), full))];
        FieldRow[] containers = [.. report.Containers.Select(container => ContainerRow.Of(container, full, ownSizeOnly: true))];
        FieldRow[] volumes = [.. report.Volumes.Select(VolumeRow.Of)];
        FieldRow[] caches = [.. report.BuildCache.OrderBy(record => record.Text("LastUsedAt"), StringComparer.Ordinal).ThenBy(record => record.Text("ID"), StringComparer.Ordinal).Select(record => BuildCacheRow.Of(record, full))];
        if (full)
        {
            var all = new FieldRow("*formatter.diskUsageContext", new Dictionary<string, Func<object?>>
            {
                ["Images"] = () => (object?[])images,
                ["Containers"] = () => (object?[])containers,
                ["Volumes"] = () => (object?[])volumes,
                ["BuildCache"] = () => (object?[])caches,
            });
            call.Session.Output.Text(format == "json" ? all.ToJson() : Template.Parse(Formats.Unescape(format)).Render(all));
            return 0;
        }

        Section(call, "Images space usage:\n\n", ImageTable, ImageRow.Headings, images);
        Section(call, "\nContainers space usage:\n\n", ContainerTable, ContainerRow.Headings, containers);
        Section(call, "\nLocal Volumes space usage:\n\n", VolumeTable, VolumeRow.Headings, volumes);
        Section(call, $"\nBuild cache usage: {Words.Size(summaries[3].Size, 4)}\n\n", CacheTable, BuildCacheRow.Headings, caches);
        return 0;
    }

    private static void Section(Invocation call, string heading, string table, IReadOnlyDictionary<string, string> headings, IEnumerable<FieldRow> rows)
    {
        call.Session.Output.Text(heading);
        Formats.Print(call.Session, "table", table, headings, rows);
    }
}
