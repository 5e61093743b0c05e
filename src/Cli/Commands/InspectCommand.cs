using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class InspectCommand
{
    private static readonly string[] Detected = ["container", "image", "network", "volume", "plugin"];
    private static readonly Flag Size = new("size", 's', FlagType.Switch, "Display total file sizes if the type is container");

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] NAME|ID [NAME|ID...]",
        Summary = "Return low-level information on Docker objects",
        Paths = ["inspect"],
        Flags = [Formats.Flag, Size, new("type", '\0', FlagType.Text, "Only inspect objects of the given type")],
        Least = 1,
        Run = call => Run(call, call.Flags.Text("type")),
    };

    internal static Command BuildContainer() => new()
    {
        Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Display detailed information on one or more containers",
        Paths = ["container inspect"],
        Flags = [Formats.Flag, Size with { Description = "Display total file sizes" }],
        Least = 1,
        Run = call => Run(call, "container"),
    };

    internal static Command BuildImage() => new()
    {
        Usage = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Display detailed information on one or more images",
        Paths = ["image inspect"],
        Flags = [Formats.Flag, new("platform", '\0', FlagType.Text, "Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)") { Since = "1.49" }],
        Least = 1,
        Run = call => Run(call, "image"),
    };

    internal static Command BuildNetwork() => new()
    {
        Usage = "[OPTIONS] NETWORK [NETWORK...]",
        Summary = "Display detailed information on one or more networks",
        Paths = ["network inspect"],
        Flags = [Formats.Flag, new("verbose", 'v', FlagType.Switch, "Verbose output for diagnostics")],
        Least = 1,
        Run = call => Run(call, "network"),
    };

    internal static Command BuildVolume() => new()
    {
        Usage = "[OPTIONS] VOLUME [VOLUME...]",
        Summary = "Display detailed information on one or more volumes",
        Paths = ["volume inspect"],
        Flags = [Formats.Flag],
        Least = 1,
        Run = call => Run(call, "volume"),
    };

    internal static Command BuildPlugin() => new()
    {
        Usage = "[OPTIONS] PLUGIN [PLUGIN...]",
        Summary = "Display detailed information on one or more plugins",
        Paths = ["plugin inspect"],
        Flags = [Formats.Flag],
        Least = 1,
        Run = call => Run(call, "plugin"),
    };

    private static int Run(Invocation call, string type)
    {
        if (type is not ("" or "container" or "image" or "network" or "volume" or "plugin" or "config" or "node" or "secret" or "service" or "task"))
        {
            throw new CommandException($"unknown type: \"{type}\": must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"");
        }

        return Print(call, call.Arguments, name => Get(call, type, name));
    }

    /// <summary>Documents by name, as --format asks for them.</summary>
    internal static int Print(Invocation call, IReadOnlyList<string> names, Func<string, string> find)
    {
        string format = call.Flags.Text("format");
        Template? template = null;
        if (format is not ("" or "json"))
        {
            try
            {
                template = Template.Parse(format);
            }
            catch (TemplateException error)
            {
                throw new CommandException($"template parsing error: {error.Message}", 64);
            }
        }

        var documents = new List<string>();
        var output = new StringBuilder();
        var failures = new List<string>();
        foreach (string name in names)
        {
            try
            {
                string text = find(name);
                if (template is null)
                {
                    documents.Add(text);
                }
                else
                {
                    output.Append(template.Render(JsonElement.Parse(text))).Append('\n');
                }
            }
            catch (TemplateException error)
            {
                call.Session.Output.Text(output.Append('\n').ToString());
                throw new CommandException($"template parsing error: {error.Message}");
            }
            catch (Exception error) when (EntryPoint.IsExpected(error) || error is CommandException)
            {
                failures.Add(EntryPoint.Describe(error));
            }
        }

        if (template is not null)
        {
            call.Session.Output.Text(output.Length == 0 ? "\n" : output.ToString());
        }
        else
        {
            string all = $"[{string.Join(',', documents)}]";
            call.Session.Output.Line(format == "json" ? GoJson.Of(JsonElement.Parse(all)) : GoJson.Indent(all));
        }

        if (failures.Count > 0)
        {
            call.Session.Error.Line(string.Join('\n', failures));
        }

        return failures.Count > 0 ? 1 : 0;
    }

    private static string Get(Invocation call, string type, string name)
    {
        if (type.Length > 0)
        {
            string document = Read(call, Route(call, type, name));
            WarnOfSize(call, type);
            return document;
        }

        foreach (string candidate in Detected)
        {
            try
            {
                string found = Read(call, Route(call, candidate, name));
                WarnOfSize(call, candidate);
                return found;
            }
            catch (EngineException error) when (error.Status is 404 or 400 or 501)
            {
                // Perhaps it is of another kind. 400: an engine that cannot even read this as a name of that kind.
            }
        }

        throw new CommandException($"Error: No such object: {name}");
    }

    private static void WarnOfSize(Invocation call, string type)
    {
        if (type != "container" && call.Flags.Is("size"))
        {
            call.Session.Error.Line($"WARNING: --size ignored for {type}");
        }
    }

    private static string Route(Invocation call, string type, string name) => type switch
    {
        "container" => new Query(Routes.Container(name) + "/json").AddIf("size", call.Flags.Is("size")).ToString(),
        "image" => new Query(Routes.Image(name) + "/json").AddIf("platform", PlatformText.ToJsonIf(call.Flags.Text("platform"))).ToString(),
        "network" => new Query(NetworkCommands.Route(name)).AddIf("verbose", call.Flags.Is("verbose")).ToString(),
        "config" or "node" or "secret" or "service" or "task" => $"/{type}s/{Uri.EscapeDataString(name)}",
        "plugin" => PluginCommands.Route(name) + "/json",
        _ => "/volumes/" + Uri.EscapeDataString(name),
    };

    private static string Read(Invocation call, string route)
    {
        using EngineResponse response = call.Session.Client.Send("GET", route);
        string text = response.ReadText();
        try
        {
            JsonElement.Parse(text);
            return text;
        }
        catch (JsonException error)
        {
            throw new ProtocolException($"{response.Request}: error reading the answer as JSON: {error.Message}", error);
        }
    }
}
