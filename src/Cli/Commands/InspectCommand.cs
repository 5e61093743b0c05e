using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class InspectCommand
{
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
        Flags = [Formats.Flag, Size],
        Least = 1,
        Run = call => Run(call, "container"),
    };

    internal static Command BuildImage() => new()
    {
        Usage = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Display detailed information on one or more images",
        Paths = ["image inspect"],
        Flags = [Formats.Flag, new("platform", '\0', FlagType.Text, "Inspect a specific platform of the multi-platform image (os[/arch[/variant]])")],
        Least = 1,
        Run = call => Run(call, "image"),
    };

    private static int Run(Invocation call, string type)
    {
        if (type is not ("" or "container" or "image" or "network" or "volume"))
        {
            throw new CommandException($"unknown type: \"{type}\": must be one of \"container\", \"image\", \"network\", \"volume\"");
        }

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
        foreach (string name in call.Arguments)
        {
            try
            {
                string text = Get(call, type, name);
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
            call.Session.Output.Line(format == "json" ? GoJson.Of(JsonElement.Parse(all), escapeHtml: true) : GoJson.Indent(all));
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
            return Read(call, Route(call, type, name));
        }

        foreach (string candidate in new[] { "container", "image", "network", "volume" })
        {
            try
            {
                return Read(call, Route(call, candidate, name));
            }
            catch (EngineException error) when (error.Status is 404 or 400 or 501)
            {
                // Perhaps it is of another kind. 400: an engine that cannot even read this as a name of that kind.
            }
        }

        throw new CommandException($"Error: No such object: {name}");
    }

    private static string Route(Invocation call, string type, string name) => type switch
    {
        "container" => new Query(Routes.Container(name) + "/json").AddIf("size", call.Flags.Is("size")).ToString(),
        "image" => Routes.Image(name) + "/json",
        "network" => "/networks/" + Uri.EscapeDataString(name),
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
