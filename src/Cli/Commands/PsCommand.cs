using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class PsCommand
{
    private const string Table = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

    private const string Raw = "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n";

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "List containers",
        Paths = ["container ls", "container list", "container ps", "ps"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Show all containers (default shows just running)"),
            Filters.Flag,
            Formats.ListFlag,
            new("last", 'n', FlagType.Int, "Show n last created containers (includes all states)", "-1"),
            new("latest", 'l', FlagType.Switch, "Show the latest created container (includes all states)"),
            new("no-trunc", '\0', FlagType.Switch, "Don't truncate output"),
            new("quiet", 'q', FlagType.Switch, "Only display container IDs"),
            new("size", 's', FlagType.Switch, "Display total file sizes"),
        ],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        FlagValues flags = call.Flags;
        string format = flags.Has("format") || flags.Is("quiet") ? flags.Text("format") : call.Session.Configured("psFormat") ?? "";
        long last = flags.Is("latest") && !flags.Has("last") ? 1 : flags.Int("last", -1);
        bool size = flags.Is("size") || AsksSize(format);
        var query = new Query("/containers/json");
        query.AddIf("all", flags.Is("all"));
        query.AddIf("limit", last > 0 ? last.ToString(System.Globalization.CultureInfo.InvariantCulture) : "");
        query.AddIf("size", size);
        query.AddEscaped("filters", Filters.Query(flags.All("filter")));
        using EngineResponse response = call.Session.Client.Send("GET", query.ToString());
        JsonElement[] containers = [.. Output.JsonFields.Items(response.ReadJson())];

        bool full = flags.Is("no-trunc");
        if (flags.Is("quiet") && format is "" or "table")
        {
            foreach (JsonElement container in containers)
            {
                string id = Output.JsonFields.Text(container, "Id");
                call.Session.Output.Line(full ? id : Output.Words.ShortId(id));
            }

            return 0;
        }

        Formats.Print(call.Session, format, flags.Is("size") ? Table + "\t{{.Size}}" : Table, ContainerRow.Headings, containers.Select(container => ContainerRow.Of(container, full)), flags.Is("size") ? Raw + "size: {{.Size}}\n" : Raw);
        return 0;
    }

    /// <summary>Sizes cost the engine a walk over the files: only a format that looks at them gets them.</summary>
    private static bool AsksSize(string format)
    {
        if (format is "" or "table" or "json" or "raw")
        {
            return false;
        }

        var probe = new ProbeRow();
        try
        {
            Template.Parse(Formats.Unescape(format.StartsWith("table ", StringComparison.Ordinal) ? format[6..] : format)).Render(probe);
        }
        catch (TemplateException error)
        {
            // Values are empty yet: only what could never be right is said here.
            if (error.WhileParsing || error.Message.Contains("can't evaluate field", StringComparison.Ordinal))
            {
                throw new CommandException($"{(error.WhileParsing ? "failed to parse template" : "failed to execute template")}: {error.Message}");
            }
        }

        return probe.SizeAsked;
    }

    private sealed class ProbeRow : ITemplateRow
    {
        internal bool SizeAsked { get; private set; }

        public string TypeName => "*formatter.ContainerContext";

        public bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value)
        {
            value = "";
            SizeAsked |= field == "Size";
            return field == "Label" || ContainerRow.Headings.ContainsKey(field);
        }

        public string ToJson()
        {
            SizeAsked = true;
            return "{}";
        }
    }
}
