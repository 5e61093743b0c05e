using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class VersionCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Show the Docker version information",
        Paths = ["version"],
        Flags = [Formats.Flag],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        Session session = call.Session;
        JsonElement? server = null;
        Exception? failure = null;
        string format = call.Flags.Text("format");
        Template? template = format.Length > 0 && format != "json" ? Parse(format) : null;
        try
        {
            using EngineResponse response = session.Client.Send("GET", "/version");
            server = response.ReadJson();
        }
        catch (Exception error) when (EntryPoint.IsExpected(error))
        {
            failure = error;
        }

        string version = session.Client.Version ?? EngineClient.NewestVersion;
        var client = new StringBuilder("{");
        Add(client, "Version", EntryPoint.Version);
        Add(client, "ApiVersion", version);
        Add(client, "DefaultAPIVersion", EngineClient.NewestVersion);
        Add(client, "GitCommit", BuildInformation.Commit);
        Add(client, "GoVersion", "");
        Add(client, "Os", "linux");
        Add(client, "Arch", BuildInformation.Architecture);
        Add(client, "BuildTime", "");
        Add(client, "Context", session.CurrentContext);
        string document = $"{{\"Client\":{client}}},\"Server\":{(server is { } answer ? GoJson.Of(answer) : "null")}}}";
        if (template is not null)
        {
            session.Output.Line(template.Render(JsonElement.Parse(document)));
        }
        else if (format == "json")
        {
            session.Output.Line(document);
        }
        else
        {
            session.Output.Text(ClientText(version, session.CurrentContext));
            if (server is { } details)
            {
                session.Output.Text(ServerText(details));
            }
        }

        if (failure is not null)
        {
            session.Error.Line(EntryPoint.Describe(failure));
        }

        return failure is null ? 0 : 1;
    }

    private static Template Parse(string format)
    {
        try
        {
            return Template.Parse(Formats.Unescape(format));
        }
        catch (TemplateException error)
        {
            throw new CommandException($"template parsing error: {error.Message}", 64);
        }
    }

    private static void Add(StringBuilder text, string name, string value)
    {
        text.Append(text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":");
        GoJson.AppendString(text, value, escapeHtml: false);
    }

    private static string ClientText(string version, string context)
    {
        var text = new StringBuilder("Client:\n");
        Line(text, 1, 19, "Version", EntryPoint.Version);
        Line(text, 1, 19, "API version", version == EngineClient.NewestVersion ? version : $"{version} (downgraded from {EngineClient.NewestVersion})");
        Line(text, 1, 19, ".NET version", Environment.Version.ToString());
        Line(text, 1, 19, "Git commit", BuildInformation.Commit);
        Line(text, 1, 19, "OS/Arch", $"linux/{BuildInformation.Architecture}");
        Line(text, 1, 19, "Context", context);
        return text.ToString();
    }

    private static string ServerText(JsonElement server)
    {
        string platform = server.Find("Platform").Text("Name");
        var text = new StringBuilder(platform.Length > 0 ? $"\nServer: {platform}\n" : "\nServer:\n");
        JsonElement[] components = [.. server.Items("Components")];
        if (components.Length == 0)
        {
            components = [JsonElement.Parse($$"""{"Name":"Engine","Version":{{GoJson.Of(server.Text("Version"))}},"Details":{{GoJson.Of(server)}}}""")];
        }

        foreach (JsonElement component in components)
        {
            text.Append(' ').Append(component.Text("Name")).Append(":\n");
            Line(text, 2, 19, "Version", component.Text("Version"));
            JsonElement details = component.Find("Details");
            if (component.Text("Name") != "Engine")
            {
                foreach (JsonProperty detail in details.Properties().OrderBy(detail => detail.Name, StringComparer.Ordinal))
                {
                    Line(text, 2, 19, detail.Name, detail.Value.ToString());
                }

                continue;
            }

            Line(text, 2, 19, "API version", $"{details.Text("ApiVersion")} (minimum version {details.Text("MinAPIVersion")})");
            Line(text, 2, 19, "Go version", details.Text("GoVersion"));
            Line(text, 2, 19, "Git commit", details.Text("GitCommit"));
            Line(text, 2, 19, "Built", BuildTime(details.Text("BuildTime")));
            Line(text, 2, 19, "OS/Arch", $"{details.Text("Os")}/{details.Text("Arch")}");
            Line(text, 2, 19, "Experimental", details.Text("Experimental", "false"));
        }

        return text.ToString();
    }

    /// <summary>As C's asctime writes it; a text that is no time stays.</summary>
    private static string BuildTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset time)
            ? string.Create(CultureInfo.InvariantCulture, $"{time:ddd MMM} {time.Day,2} {time:HH:mm:ss yyyy}")
            : text;

    private static void Line(StringBuilder text, int indent, int column, string name, string value) =>
        text.Append(' ', indent).Append((name + ":").PadRight(column - 1 + (indent == 1 ? 1 : 0))).Append(value).Append('\n');
}
