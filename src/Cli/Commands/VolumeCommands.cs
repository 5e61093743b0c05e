using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Volumes;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class VolumeCommands
{
    private const string ClusterVolumes = "cluster volumes are of a swarm, which this client does not manage";

    /// <summary>The version of the API that knows anonymous volumes, and those of a swarm.</summary>
    internal const string NewVolumes = "1.42";

    internal static Command? Find(string name) => name switch
    {
        "create" => Create(),
        "inspect" => InspectCommand.BuildVolume(),
        "ls" or "list" => List(),
        "prune" => Prune(),
        "rm" or "remove" => Remove(),
        "update" => Update(),
        _ => null,
    };

    private static Command Create() => new()
    {
        Usage = "[OPTIONS] [VOLUME]",
        Summary = "Create a volume",
        Paths = ["volume create"],
        Flags =
        [
            new("driver", 'd', FlagType.Text, "Specify volume driver name", "local"),
            new("label", '\0', FlagType.List, "Set metadata for a volume"),
            new("name", '\0', FlagType.Text, ""),
            new("opt", 'o', FlagType.Map, "Set driver specific options", "map[]"),
            .. ClusterFlags.Create,
        ],
        Most = 1,
        Run = call =>
        {
            FlagValues flags = call.Flags;
            if (call.Arguments.Count == 1 && flags.Text("name").Length > 0)
            {
                throw new CommandException("conflicting options: cannot specify a volume-name through both --name and as a positional arg");
            }

            RequestContent body = RequestContent.Json(JsonText.Object(writer =>
            {
                writer.WriteTextIf("Name", call.Arguments.Count == 1 ? call.Arguments[0] : flags.Text("name"));
                writer.WriteString("Driver", flags.Text("driver", "local"));
                writer.WriteMap("DriverOpts", Variables.Map(flags.All("opt")));
                writer.WriteMap("Labels", Variables.Map(flags.All("label")));
                ClusterFlags.Write(writer, flags);
            }));
            using EngineResponse response = call.Session.Client.Send("POST", "/volumes/create", body);
            call.Session.Output.Line(response.ReadJson().Text("Name"));
            return 0;
        },
    };

    private static Command List() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "List volumes",
        Paths = ["volume ls", "volume list"],
        Flags =
        [
            new("cluster", '\0', FlagType.Switch, "Display only cluster volumes, and use cluster volume list formatting") { Since = NewVolumes },
            Filters.Flag with { Description = "Provide filter values (e.g. \"dangling=true\")" },
            Formats.ListFlag,
            new("quiet", 'q', FlagType.Switch, "Only display volume names"),
        ],
        Most = 0,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", new Query("/volumes").AddEscaped("filters", Filters.Query(call.Flags.All("filter"))).ToString());
            bool cluster = call.Flags.Is("cluster");
            IEnumerable<JsonElement> volumes = response.ReadJson().Items("Volumes").Where(volume => !cluster || volume.Find("ClusterVolume").ValueKind == JsonValueKind.Object);
            FieldRow[] rows = [.. volumes.OrderBy(volume => volume.Text("Name"), NaturalOrder.Instance).Select(VolumeRow.Of)];
            Formats.PrintList(call, "volumesFormat", cluster ? VolumeRow.ClusterTable : VolumeRow.Table, "{{.Name}}", VolumeRow.Headings, rows, "name: {{.Name}}\ndriver: {{.Driver}}\n");
            return 0;
        },
    };

    private static Command Prune() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Remove unused local volumes",
        Paths = ["volume prune"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Remove all unused volumes, not just anonymous ones") { Since = NewVolumes },
            new("filter", '\0', FlagType.Filter, "Provide filter values (e.g. \"label=<label>\")"),
            new("force", 'f', FlagType.Switch, "Do not prompt for confirmation"),
        ],
        Most = 0,
        Run = call =>
        {
            bool all = call.Flags.Is("all");
            IReadOnlyList<string> filters = call.Flags.All("filter");
            if (all && filters.Any(filter => filter.StartsWith("all=", StringComparison.Ordinal)))
            {
                throw new CommandException("conflicting options: cannot specify both --all and --filter all=1");
            }

            // An older engine has no notion of anonymous volumes, and takes all.
            bool takesAll = all || (!call.Flags.Is("force") && ApiVersion.Compare(call.Session.Client.Negotiate(), NewVolumes) < 0);
            Confirmation.Ask(call, takesAll ? "WARNING! This will remove all local volumes not used by at least one container." : "WARNING! This will remove anonymous local volumes not used by at least one container.");
            PruneCalls.Print(call.Session, PruneCalls.Volumes(call.Session, all ? filters.Append("all=true") : filters));
            return 0;
        },
    };

    private static Command Remove() => new()
    {
        Usage = "[OPTIONS] VOLUME [VOLUME...]",
        Summary = "Remove one or more volumes",
        Long = "Remove one or more volumes. You cannot remove a volume that is in use by a container.",
        Paths = ["volume rm", "volume remove"],
        Flags = [new("force", 'f', FlagType.Switch, "Force the removal of one or more volumes")],
        Least = 1,
        Run = call => EachArgument.DoThenReport(call, name =>
        {
            string route = name.Trim().Length > 0 ? "/volumes/" + Uri.EscapeDataString(name) : throw new CommandException("invalid volume name: value is empty");
            call.Session.Client.Send("DELETE", new Query(route).AddIf("force", call.Flags.Is("force")).ToString()).Dispose();
            return name;
        }),
    };

    private static Command Update() => new()
    {
        Usage = "[OPTIONS] [VOLUME]",
        Summary = "Update a volume (cluster volumes only)",
        Paths = ["volume update"],
        Since = NewVolumes,
        Flags = [new("availability", '\0', FlagType.Text, "Cluster Volume availability (\"active\", \"pause\", \"drain\")", "active")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", "/volumes/" + Uri.EscapeDataString(call.Arguments[0]));
            throw new CommandException(response.ReadJson().Find("ClusterVolume").ValueKind == JsonValueKind.Object ? ClusterVolumes : "Can only update cluster volumes");
        },
    };
}
