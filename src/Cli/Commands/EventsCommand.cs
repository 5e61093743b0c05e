using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class EventsCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Get real time events from the server",
        Paths = ["system events", "events"],
        Flags =
        [
            Filters.Flag,
            new("format", '\0', FlagType.Text, Formats.InspectDescription),
            new("since", '\0', FlagType.Text, "Show all events created since timestamp"),
            new("until", '\0', FlagType.Text, "Stream events until this timestamp"),
        ],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        string format = call.Flags.Text("format");
        Template? template = null;
        if (format.Length > 0 && format != "json")
        {
            try
            {
                template = Template.Parse(Formats.Unescape(format));
            }
            catch (TemplateException error)
            {
                throw new CommandException($"Error parsing format: {error.Message}", 64);
            }
        }

        string route = new Query("/events")
            .AddIf("since", PointInTime.Of("", call.Flags.Text("since")))
            .AddIf("until", PointInTime.Of("", call.Flags.Text("until")))
            .AddEscaped("filters", Filters.Query(call.Flags.All("filter"))).ToString();
        using EngineResponse response = call.Session.Client.Send("GET", route);
        foreach (JsonElement happened in JsonStream.Read(response))
        {
            call.Session.Output.Line(template?.Render(happened) ?? (format == "json" ? GoJson.Of(happened) : Line(happened)));
        }

        return 0;
    }

    private static string Line(JsonElement happened)
    {
        long nanoseconds = happened.Number("timeNano", happened.Number("time") * 1_000_000_000);
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime();
        string stamp = time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + "." + (nanoseconds % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture)
            + (time.Offset == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture));
        JsonElement actor = happened.Find("Actor");
        string line = $"{stamp} {happened.Text("Type")} {happened.Text("Action")} {actor.Text("ID")}";
        string[] attributes = [.. actor.Find("Attributes").Properties().OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value}")];
        return attributes.Length > 0 ? $"{line} ({string.Join(", ", attributes)})" : line;
    }
}
