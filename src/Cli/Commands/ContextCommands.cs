using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;
using Wharf.Cli.Output;

namespace Wharf.Cli.Commands;

internal static class ContextCommands
{
    private const int LongestError = 45;
    private const string Table = "{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}";

    private static readonly Dictionary<string, string> Headings = new()
    {
        ["Name"] = "NAME",
        ["Description"] = "DESCRIPTION",
        ["DockerEndpoint"] = "DOCKER ENDPOINT",
        ["Error"] = "ERROR",
        ["Current"] = "",
    };

    internal static Command? Find(string name) => name switch
    {
        "create" => ContextChanges.Create(),
        "update" => ContextChanges.Update(),
        "export" => ContextArchives.Export(),
        "import" => ContextArchives.Import(),
        "inspect" => ContextInspectCommand.Build(),
        "ls" or "list" => List(),
        "rm" or "remove" => Remove(),
        "show" => Show(),
        "use" => Use(),
        _ => null,
    };

    private static Command Show() => new()
    {
        Usage = "",
        Summary = "Print the name of the current context",
        Paths = ["context show"],
        Most = 0,
        Run = call =>
        {
            call.Session.Output.Line(call.Session.CurrentContext);
            return 0;
        },
    };

    private static Command Use() => new()
    {
        Usage = "CONTEXT",
        Summary = "Set the current docker context",
        Paths = ["context use"],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            Session session = call.Session;
            string name = call.Arguments[0];
            if (name != ContextStore.Default)
            {
                ContextStore.CheckName(name);
                session.Contexts.Get(name);
            }

            if ((session.Configured("currentContext") ?? "") is var before && before != (name == ContextStore.Default ? "" : name))
            {
                new ConfigurationFile(session).SetText("currentContext", name == ContextStore.Default ? "" : name);
            }

            session.Output.Line(name);
            session.Error.Line($"Current context is now \"{name}\"");
            if (name != ContextStore.Default && Session.Variable("DOCKER_HOST") is not null)
            {
                session.Error.Line($"Warning: DOCKER_HOST environment variable overrides the active context. To use \"{name}\", either set the global --context flag, or unset DOCKER_HOST environment variable.");
            }

            return 0;
        },
    };

    private static Command Remove() => new()
    {
        Usage = "CONTEXT [CONTEXT...]",
        Summary = "Remove one or more contexts",
        Paths = ["context rm", "context remove"],
        Flags = [new("force", 'f', FlagType.Switch, "Force the removal of a context in use")],
        Least = 1,
        Run = call => EachArgument.DoThenReport(call, name =>
        {
            bool force = call.Flags.Is("force");
            if (name == ContextStore.Default)
            {
                throw new CommandException("context \"default\" cannot be removed");
            }

            if (name == call.Session.CurrentContext)
            {
                if (!force)
                {
                    throw new CommandException($"context \"{name}\" is in use, set -f flag to force remove");
                }

                new ConfigurationFile(call.Session).SetText("currentContext", "");
            }

            if (!force && !Directory.Exists(call.Session.Contexts.MetaFolder(name)))
            {
                throw new CommandException($"context \"{name}\" does not exist");
            }

            call.Session.Contexts.Remove(name);
            return name;
        }),
    };

    private static Command List() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "List contexts",
        Paths = ["context ls", "context list"],
        Flags = [Formats.ListFlag, new("quiet", 'q', FlagType.Switch, "Only show context names")],
        Most = 0,
        Run = call =>
        {
            Session session = call.Session;
            string current = session.CurrentContext;
            var rows = new List<(string Name, FieldRow Row)>
            {
                (ContextStore.Default, Row(ContextStore.Default, "Current DOCKER_HOST based configuration", new EngineEndpoint(session).DefaultHost, current, "")),
            };
            foreach (StoredContext context in session.Contexts.List())
            {
                JsonElement endpoint = context.Document.Find("Endpoints").Find("docker");
                rows.Add((context.Name, Row(context.Name, context.Document.Find("Metadata").Text("Description"), endpoint.Text("Host"), current, endpoint.ValueKind == JsonValueKind.Object ? "" : "cannot find docker endpoint in context")));
            }

            if (rows.All(row => row.Name != current))
            {
                rows.Add((current, Row(current, "", "", current, Missing(session, current))));
            }

            Formats.PrintList(call, "contextsFormat", Table, "{{.Name}}", Headings, [.. rows.OrderBy(row => row.Name, NaturalOrder.Instance).Select(row => row.Row)]);
            if (Session.Variable("DOCKER_HOST") is not null)
            {
                session.Error.Line("Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.");
            }

            return 0;
        },
    };

    private static string Missing(Session session, string name)
    {
        try
        {
            session.Contexts.Get(name);
            return "";
        }
        catch (CommandException error)
        {
            return error.Message;
        }
    }

    private static FieldRow Row(string name, string description, string endpoint, string current, string error) => new("*formatter.clientContextContext", new Dictionary<string, Func<object?>>
    {
        ["Name"] = () => name,
        ["Description"] = () => description,
        ["DockerEndpoint"] = () => endpoint,
        ["Current"] = () => name == current,
        ["Error"] = () => Words.Shorten(error, LongestError),
    });
}
