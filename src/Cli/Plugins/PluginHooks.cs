using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Programs;
using Wharf.Linux;

namespace Wharf.Cli.Plugins;

/// <summary>
/// What plugins say after a command, at a terminal only: "plugins" of config.json names for each plugin the commands after which it
/// is asked ("hooks"), and those after whose failure it is asked ("error-hooks").
/// </summary>
internal static class PluginHooks
{
    private const string HookCommand = "docker-cli-plugin-hooks";
    private const int MostLines = 10;

    /// <param name="session">With the user's configuration.</param>
    /// <param name="command">That ran, without the program.</param>
    /// <param name="flags">That it was given.</param>
    /// <param name="arguments">That it was given.</param>
    /// <param name="code">Its exit code.</param>
    internal static void Run(Session session, Command command, FlagValues flags, IReadOnlyList<string> arguments, int code)
    {
        if (!session.Output.IsTerminal || !IsOn(session))
        {
            return;
        }

        string failure = code == 0 ? "" : $"exited with code {code.ToString(CultureInfo.InvariantCulture)}";
        var lines = new List<string>();
        foreach (JsonProperty plugin in session.Configuration.Find("plugins").Properties())
        {
            string? match = Match(plugin.Value.Text("hooks"), command.Path) ?? (failure.Length > 0 ? Match(plugin.Value.Text("error-hooks"), command.Path) : null);
            if (match is not null && PluginFolders.Find(session, plugin.Name) is { } found)
            {
                lines.AddRange(Ask(found, match, command, flags, arguments, failure));
            }
        }

        if (lines.Count > 0)
        {
            session.Error.Text($"\nWhat's next:\n{string.Concat(lines.Select(line => $"    {line}\n"))}");
        }
    }

    /// <summary>The first of the hooks, with commas between, whose words begin the command.</summary>
    internal static string? Match(string hooks, string command) =>
        hooks.Split(',', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(hook => (command + " ").StartsWith(hook + " ", StringComparison.Ordinal));

    private static bool IsOn(Session session)
    {
        string? said = Session.Variable("DOCKER_CLI_HOOKS") ?? Session.Variable("DOCKER_CLI_HINTS") ?? (session.Configuration.Find("features").Text("hooks") is { Length: > 0 } feature ? feature : null);
        return said is not null && FlagCheck.Bool(said) == true;
    }

    private static string[] Ask(CliPlugin plugin, string match, Command command, FlagValues flags, IReadOnlyList<string> arguments, string failure)
    {
        string request = Encoding.UTF8.GetString(JsonText.Object(writer =>
        {
            writer.WriteString("RootCmd", match);
            writer.WriteStartObject("Flags");
            foreach (Flag flag in command.Flags.Where(flag => flags.Has(flag.Name)))
            {
                writer.WriteString(flag.Name, flag.Type == FlagType.Switch ? flags.Is(flag.Name) ? "true" : "false" : "");
            }

            writer.WriteEndObject();
            writer.WriteTextIf("CommandError", failure);
        }).Span);
        try
        {
            (int code, string output) = ProgramCall.Run(plugin.Path, [plugin.Name, HookCommand, request]);
            string text = code == 0 ? Fill(JsonElement.Parse(output).Text("Template"), command, flags, arguments) : "";
            string[] lines = text.Split('\n');
            return text.Trim().Length == 0 || lines.Length > MostLines ? [] : lines;
        }
        catch (Exception error) when (error is SyscallException or JsonException)
        {
            // A hint that cannot be had is none: the command itself has ended well.
            return [];
        }
    }

    /// <summary>Names the command, its flags' values and its arguments where the plugin's text asks for them.</summary>
    internal static string Fill(string template, Command command, FlagValues flags, IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder();
        int at = 0;
        for (int open = template.IndexOf("{{", StringComparison.Ordinal); open >= 0; open = template.IndexOf("{{", at, StringComparison.Ordinal))
        {
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            string[] words = template[(open + 2)..close].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            text.Append(template, at, open - at).Append(words switch
            {
                ["command"] or [".Name"] => command.Path.Split(' ')[^1],
                ["flagValue", _] or ["flag", ".", _] => flags.Text(words[^1].Trim('"')),
                ["argValue", _] or ["arg", ".", _] => int.TryParse(words[^1], CultureInfo.InvariantCulture, out int index) && index >= 0 && index < arguments.Count ? arguments[index] : "",
                _ => "",
            });
            at = close + 2;
        }

        return text.Append(template, at, template.Length - at).ToString();
    }
}
