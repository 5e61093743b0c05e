using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Archives;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class PluginCommands
{
    private const int DescriptionWidth = 45;
    private const string Table = "{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}";

    private static readonly Dictionary<string, string> Headings = new()
    {
        ["ID"] = "ID",
        ["Name"] = "NAME",
        ["Description"] = "DESCRIPTION",
        ["Enabled"] = "ENABLED",
        ["PluginReference"] = "IMAGE",
    };

    internal static Command? Find(string name) => name switch
    {
        "create" => Create(),
        "disable" => Disable(),
        "enable" => Enable(),
        "inspect" => InspectCommand.BuildPlugin(),
        "install" => PluginInstallation.Install(),
        "ls" or "list" => List(),
        "push" => Push(),
        "rm" or "remove" => Remove(),
        "set" => Set(),
        "upgrade" => PluginInstallation.Upgrade(),
        _ => null,
    };

    internal static string Route(string name) => name.Trim().Length > 0 ? "/plugins/" + Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)
        : throw new CommandException("invalid plugin name or ID: value is empty");

    private static Command Create() => new()
    {
        Usage = "[OPTIONS] PLUGIN PLUGIN-DATA-DIR",
        Summary = "Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.",
        Paths = ["plugin create"],
        Flags = [new("compress", '\0', FlagType.Switch, "Compress the context using gzip")],
        Least = 2,
        Run = call =>
        {
            string folder = Path.GetFullPath(call.Arguments[1]);
            ImageReference.Check(call.Arguments[0]);
            if (!Directory.Exists(folder))
            {
                throw new CommandException(File.Exists(folder) ? "context must be a directory" : $"lstat {folder}: no such file or directory");
            }

            if (!File.Exists(Path.Combine(folder, "config.json")))
            {
                throw new CommandException($"open {Path.Combine(call.Arguments[1], "config.json")}: no such file or directory");
            }

            using var archive = new ArchiveSource(folder, ".");
            using Stream body = call.Flags.Is("compress") ? new CompressedStream(archive.Stream) : archive.Stream;
            call.Session.Client.Send("POST", new Query("/plugins/create").Add("name", call.Arguments[0]).ToString(), RequestContent.Archive(body)).Dispose();
            archive.ThrowFailure();
            call.Session.Output.Line(call.Arguments[0]);
            return 0;
        },
    };

    private static Command Enable() => new()
    {
        Usage = "[OPTIONS] PLUGIN",
        Summary = "Enable a plugin",
        Paths = ["plugin enable"],
        Flags = [new("timeout", '\0', FlagType.Int, "HTTP client timeout (in seconds)", "30")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            long timeout = call.Flags.Int("timeout", 30);
            if (timeout < 0)
            {
                throw new CommandException($"negative timeout {timeout} is invalid");
            }

            call.Session.Client.Send("POST", new Query(Route(call.Arguments[0]) + "/enable").Add("timeout", timeout.ToString(CultureInfo.InvariantCulture)).ToString()).Dispose();
            call.Session.Output.Line(call.Arguments[0]);
            return 0;
        },
    };

    private static Command Disable() => new()
    {
        Usage = "[OPTIONS] PLUGIN",
        Summary = "Disable a plugin",
        Paths = ["plugin disable"],
        Flags = [new("force", 'f', FlagType.Switch, "Force the disable of an active plugin")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            call.Session.Client.Send("POST", new Query(Route(call.Arguments[0]) + "/disable").AddIf("force", call.Flags.Is("force")).ToString()).Dispose();
            call.Session.Output.Line(call.Arguments[0]);
            return 0;
        },
    };

    private static Command List() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "List plugins",
        Paths = ["plugin ls", "plugin list"],
        Flags =
        [
            Filters.Flag with { Description = "Provide filter values (e.g. \"enabled=true\")" },
            Formats.ListFlag,
            new("no-trunc", '\0', FlagType.Switch, "Don't truncate output"),
            new("quiet", 'q', FlagType.Switch, "Only display plugin IDs"),
        ],
        Most = 0,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", new Query("/plugins").AddEscaped("filters", Filters.Query(call.Flags.All("filter"))).ToString());
            bool full = call.Flags.Is("no-trunc");
            FieldRow[] rows = [.. response.ReadJson().Items().OrderBy(plugin => plugin.Text("Name"), NaturalOrder.Instance).Select(plugin => Row(plugin, full))];
            Formats.PrintList(call, "pluginsFormat", Table, "{{.ID}}", Headings, rows, "plugin_id: {{.ID}}\nname: {{.Name}}\ndescription: {{.Description}}\nenabled: {{.Enabled}}\n");
            return 0;
        },
    };

    private static Command Push() => new()
    {
        Usage = "[OPTIONS] PLUGIN[:TAG]",
        Summary = "Push a plugin to a registry",
        Paths = ["plugin push"],
        Flags = [new("disable-content-trust", '\0', FlagType.Switch, "Skip image signing", "true")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            string name = ImageReference.WithTag(call.Arguments[0]);
            ImageReference.Check(name);
            using EngineResponse response = call.Session.Client.Send("POST", Route(name) + "/push", null, ("X-Registry-Auth", RegistryAuth.Header(call.Session, ImageReference.Registry(name))));
            Progress.Show(response, call.Session.Output);
            return 0;
        },
    };

    private static Command Remove() => new()
    {
        Usage = "[OPTIONS] PLUGIN [PLUGIN...]",
        Summary = "Remove one or more plugins",
        Paths = ["plugin rm", "plugin remove"],
        Flags = [new("force", 'f', FlagType.Switch, "Force the removal of an active plugin")],
        Least = 1,
        Run = call => EachArgument.DoThenReport(call, name =>
        {
            call.Session.Client.Send("DELETE", new Query(Route(name)).AddIf("force", call.Flags.Is("force")).ToString()).Dispose();
            return name;
        }),
    };

    private static Command Set() => new()
    {
        Usage = "PLUGIN KEY=VALUE [KEY=VALUE...]",
        Summary = "Change settings for a plugin",
        Paths = ["plugin set"],
        Least = 2,
        Run = call =>
        {
            string body = $"[{string.Join(',', call.Arguments.Skip(1).Select(setting => Templates.GoJson.Of(setting)))}]";
            call.Session.Client.Send("POST", Route(call.Arguments[0]) + "/set", RequestContent.Json(System.Text.Encoding.UTF8.GetBytes(body))).Dispose();
            return 0;
        },
    };

    private static FieldRow Row(JsonElement plugin, bool full) => new("*plugin.pluginContext", new Dictionary<string, Func<object?>>
    {
        ["ID"] = () => full ? plugin.Text("Id") : Words.ShortId(plugin.Text("Id")),
        ["Name"] = () => plugin.Text("Name"),
        ["Description"] = () => plugin.Find("Config").Text("Description").Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal) is var text && full ? text : Words.Shorten(text, DescriptionWidth),
        ["Enabled"] = () => plugin.Is("Enabled"),
        ["PluginReference"] = () => plugin.Text("PluginReference"),
    });
}
