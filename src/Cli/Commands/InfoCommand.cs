using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class InfoCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Display system-wide information",
        Paths = ["system info", "info"],
        Flags = [Formats.Flag],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        string format = call.Flags.Text("format");
        JsonElement? info = null;
        Exception? failure = null;
        try
        {
            using EngineResponse response = call.Session.Client.Send("GET", "/info");
            info = response.ReadJson();
        }
        catch (Exception error) when (EntryPoint.IsExpected(error))
        {
            failure = error;
        }

        if (format.Length > 0)
        {
            string server = info is { } answer ? GoJson.Of(answer) : "{}";
            string client = $$"""{"Debug":{{(call.Session.IsDebug ? "true" : "false")}},"Version":"{{EntryPoint.Version}}","DefaultAPIVersion":"{{EngineClient.NewestVersion}}","Os":"linux","Arch":"{{BuildInformation.Architecture}}","Context":"default","Plugins":[],"Warnings":null}""";
            string all = server.Length > 2 ? $"{server[..^1]},\"ClientInfo\":{client}}}" : $"{{\"ClientInfo\":{client}}}";
            call.Session.Output.Line(format == "json" ? all : Template.Parse(Formats.Unescape(format)).Render(JsonElement.Parse(all)));
        }
        else
        {
            call.Session.Output.Text($"Client:\n Version:    {EntryPoint.Version}\n Context:    default\n Debug Mode: {(call.Session.IsDebug ? "true" : "false")}\n\nServer:\n");
            if (info is { } answer)
            {
                call.Session.Output.Text(InfoText.Of(answer));
                foreach (string warning in answer.Texts("Warnings"))
                {
                    call.Session.Error.Line(warning);
                }
            }
        }

        if (failure is not null)
        {
            call.Session.Error.Line(EntryPoint.Describe(failure));
        }

        return failure is null ? 0 : 1;
    }
}
