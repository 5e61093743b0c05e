using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Networks;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class NetworkCommands
{
    private const string Table = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";

    internal static Command? Find(string name) => name switch
    {
        "create" => NetworkCreateCommand.Build(),
        "connect" => NetworkConnectCommand.Build(),
        "disconnect" => Disconnect(),
        "inspect" => InspectCommand.BuildNetwork(),
        "ls" or "list" => List(),
        "prune" => Prune(),
        "rm" or "remove" => Remove(),
        _ => null,
    };

    internal static string Route(string name) => name.Trim().Length > 0 ? "/networks/" + Uri.EscapeDataString(name)
        : throw new CommandException("invalid network name or ID: value is empty");

    private static Command Disconnect() => new()
    {
        Usage = "[OPTIONS] NETWORK CONTAINER",
        Summary = "Disconnect a container from a network",
        Paths = ["network disconnect"],
        Flags = [new("force", 'f', FlagType.Switch, "Force the container to disconnect from a network")],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            RequestContent body = RequestContent.Json(JsonText.Object(writer =>
            {
                writer.WriteString("Container", call.Arguments[1]);
                writer.WriteBoolean("Force", call.Flags.Is("force"));
            }));
            call.Session.Client.Send("POST", Route(call.Arguments[0]) + "/disconnect", body).Dispose();
            return 0;
        },
    };

    private static Command List() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "List networks",
        Paths = ["network ls", "network list"],
        Flags =
        [
            Filters.Flag with { Description = "Provide filter values (e.g. \"driver=bridge\")" },
            Formats.ListFlag,
            new("no-trunc", '\0', FlagType.Switch, "Do not truncate the output"),
            new("quiet", 'q', FlagType.Switch, "Only display network IDs"),
        ],
        Most = 0,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", new Query("/networks").AddEscaped("filters", Filters.Query(call.Flags.All("filter"))).ToString());
            bool full = call.Flags.Is("no-trunc");
            FieldRow[] rows = [.. response.ReadJson().Items().OrderBy(network => network.Text("Name"), NaturalOrder.Instance).Select(network => NetworkRow.Of(network, full))];
            Formats.PrintList(call, "networksFormat", Table, "{{.ID}}", NetworkRow.Headings, rows, "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n");
            return 0;
        },
    };

    private static Command Prune() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Remove all unused networks",
        Paths = ["network prune"],
        Flags =
        [
            new("filter", '\0', FlagType.Filter, "Provide filter values (e.g. \"until=<timestamp>\")"),
            new("force", 'f', FlagType.Switch, "Do not prompt for confirmation"),
        ],
        Most = 0,
        Run = call =>
        {
            Confirmation.Ask(call, "WARNING! This will remove all custom networks not used by at least one container.");
            if (PruneCalls.Networks(call.Session, call.Flags.All("filter")) is { Length: > 0 } list)
            {
                call.Session.Output.Line(list);
            }

            return 0;
        },
    };

    private static Command Remove() => new()
    {
        Usage = "NETWORK [NETWORK...]",
        Summary = "Remove one or more networks",
        Paths = ["network rm", "network remove"],
        Flags = [new("force", 'f', FlagType.Switch, "Do not error if the network does not exist")],
        Least = 1,
        Run = call =>
        {
            int code = EachArgument.Do(call, name =>
            {
                try
                {
                    call.Session.Client.Send("DELETE", Route(name)).Dispose();
                    return name;
                }
                catch (EngineException error) when (error.Status == 404 && call.Flags.Is("force"))
                {
                    return null;
                }
            });
            return code == 0 ? 0 : throw new CommandException("exit status 1");
        },
    };
}
