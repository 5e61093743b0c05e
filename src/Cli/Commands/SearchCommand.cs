using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class SearchCommand
{
    private const int DescriptionWidth = 45;
    private const string Table = "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";

    private static readonly Dictionary<string, string> Headings = new()
    {
        ["Name"] = "NAME",
        ["Description"] = "DESCRIPTION",
        ["StarCount"] = "STARS",
        ["IsOfficial"] = "OFFICIAL",
    };

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] TERM",
        Summary = "Search Docker Hub for images",
        Paths = ["search"],
        Flags =
        [
            Filters.Flag,
            new("format", '\0', FlagType.Text, "Pretty-print search using a Go template"),
            new("limit", '\0', FlagType.Int, "Max number of search results"),
            new("no-trunc", '\0', FlagType.Switch, "Don't truncate output"),
        ],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            FlagValues flags = call.Flags;
            long limit = flags.Int("limit");
            var route = new Query("/images/search").Add("term", call.Arguments[0]).AddIf("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : "").AddEscaped("filters", Filters.Query(flags.All("filter")));
            using EngineResponse response = call.Session.Client.Send("GET", route.ToString(), null, ("X-Registry-Auth", RegistryAuth.Header(call.Session, ImageReference.Registry(call.Arguments[0]))));
            bool json = flags.Text("format") == "json";
            bool full = flags.Is("no-trunc");
            Formats.Print(call.Session, flags.Text("format"), Table, Headings, response.ReadJson().Items().Select(found => Row(found, json, full)));
            return 0;
        },
    };

    private static FieldRow Row(JsonElement found, bool json, bool full) => new("*registry.searchContext", new Dictionary<string, Func<object?>>
    {
        ["Name"] = () => found.Text("name"),
        ["Description"] = () => found.Text("description").Replace('\n', ' ').Replace('\r', ' ') is var text && full ? text : Words.Shorten(text, DescriptionWidth),
        ["StarCount"] = () => found.Number("star_count").ToString(CultureInfo.InvariantCulture),
        ["IsOfficial"] = () => found.Is("is_official") ? json ? "true" : "[OK]" : json ? "false" : "",
    });
}
