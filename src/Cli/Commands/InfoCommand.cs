using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Plugins;
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
            string plugins = string.Join(',', PluginFolders.List(call.Session).Select(Describe));
            string client = $$"""{"Debug":{{(call.Session.IsDebug ? "true" : "false")}},"Version":"{{EntryPoint.Version}}","DefaultAPIVersion":"{{EngineClient.NewestVersion}}","Os":"linux","Arch":"{{BuildInformation.Architecture}}","Context":{{GoJson.Of(call.Session.CurrentContext)}},"Plugins":[{{plugins}}],"Warnings":null}""";
            string all = server.Length > 2 ? $"{server[..^1]},\"ClientInfo\":{client}}}" : $"{{\"ClientInfo\":{client}}}";
            call.Session.Output.Line(format == "json" ? all : Template.Parse(Formats.Unescape(format)).Render(JsonElement.Parse(all)));
        }
        else
        {
            call.Session.Output.Text($"Client:\n Version:    {EntryPoint.Version}\n Context:    {call.Session.CurrentContext}\n Debug Mode: {(call.Session.IsDebug ? "true" : "false")}\n{PluginText(call.Session)}\nServer:\n");
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

    private static string PluginText(Session session)
    {
        IReadOnlyList<CliPlugin> plugins = PluginFolders.List(session);
        CliPlugin[] working = [.. plugins.Where(plugin => plugin.Failure.Length == 0)];
        var text = new StringBuilder(working.Length > 0 ? " Plugins:\n" : "");
        foreach (CliPlugin plugin in working)
        {
            text.Append($"  {plugin.Name}: {plugin.Summary} ({plugin.Vendor})\n");
            text.Append(plugin.Version.Length > 0 ? $"    Version:  {plugin.Version}\n" : "").Append($"    Path:     {plugin.Path}\n");
        }

        foreach (CliPlugin plugin in plugins.Where(plugin => plugin.Failure.Length > 0))
        {
            session.Error.Line($"WARNING: Plugin \"{plugin.Path}\" is not valid: {plugin.Failure}");
        }

        return text.ToString();
    }

    private static string Describe(CliPlugin plugin) => Encoding.UTF8.GetString(JsonText.Object(writer =>
    {
        writer.WriteTextIf("SchemaVersion", plugin.SchemaVersion);
        writer.WriteTextIf("Vendor", plugin.Vendor);
        writer.WriteTextIf("Version", plugin.Version);
        writer.WriteTextIf("ShortDescription", plugin.Summary);
        writer.WriteTextIf("URL", plugin.Address);
        writer.WriteString("Name", plugin.Name);
        writer.WriteString("Path", plugin.Path);
        writer.WriteTextIf("Err", plugin.Failure);
    }).Span);
}
