using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class HistoryCommand
{
    private static readonly Dictionary<string, string> Headings = new()
    {
        ["ID"] = "IMAGE",
        ["CreatedSince"] = "CREATED",
        ["CreatedAt"] = "CREATED AT",
        ["CreatedBy"] = "CREATED BY",
        ["Size"] = "SIZE",
        ["Comment"] = "COMMENT",
    };

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] IMAGE",
        Summary = "Show the history of an image",
        Paths = ["image history", "history"],
        Flags =
        [
            Formats.ListFlag,
            new("human", 'H', FlagType.Switch, "Print sizes and dates in human readable format", "true"),
            new("no-trunc", '\0', FlagType.Switch, "Don't truncate output"),
            new("platform", '\0', FlagType.Text, "Show history for the given platform. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")") { Since = "1.48" },
            new("quiet", 'q', FlagType.Switch, "Only show image IDs"),
        ],
        Least = 1,
        Most = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        using EngineResponse response = call.Session.Client.Send("GET", new Query(Routes.Image(call.Arguments[0]) + "/history").AddIf("platform", PlatformText.ToJsonIf(call.Flags.Text("platform"))).ToString());
        JsonElement[] items = [.. response.ReadJson().Items()];
        bool full = call.Flags.Is("no-trunc");
        bool human = call.Flags.Is("human", fallback: true);
        if (call.Flags.Is("quiet"))
        {
            foreach (JsonElement item in items)
            {
                call.Session.Output.Line(Id(item, full));
            }

            return 0;
        }

        string created = human ? "{{.CreatedSince}}" : "{{.CreatedAt}}";
        Formats.Print(call.Session, call.Flags.Text("format"), $"{{{{.ID}}}}\t{created}\t{{{{.CreatedBy}}}}\t{{{{.Size}}}}\t{{{{.Comment}}}}", Headings, items.Select(item => Row(item, full, human)));
        return 0;
    }

    private static FieldRow Row(JsonElement item, bool full, bool human)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(item.Number("Created"));
        return new FieldRow("*formatter.historyContext", new Dictionary<string, Func<object?>>
        {
            ["ID"] = () => Id(item, full),
            ["CreatedSince"] = () => human ? created.ToUnixTimeSeconds() <= 0 ? "N/A" : Words.Ago(created, DateTimeOffset.UtcNow) : Iso(created),
            ["CreatedAt"] = () => Iso(created),
            ["CreatedBy"] = () => full ? item.Text("CreatedBy").Replace('\t', ' ') : Words.Shorten(item.Text("CreatedBy").Replace('\t', ' '), 45),
            ["Size"] = () => human ? Words.Size(item.Number("Size")) : item.Number("Size").ToString(CultureInfo.InvariantCulture),
            ["Comment"] = () => item.Text("Comment"),
        });
    }

    private static string Iso(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture).Replace("+00:00", "Z", StringComparison.Ordinal);

    private static string Id(JsonElement item, bool full) => item.Text("Id") is var id && full || id.Length == 0 ? id : id == "<missing>" ? id : Words.ShortId(id);
}
