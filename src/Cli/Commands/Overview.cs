using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Plugins;

namespace Wharf.Cli.Commands;

/// <summary>The help of the program and of its groups.</summary>
internal static class Overview
{
    private const int Padding = 12;

    internal static string Text(Session session)
    {
        IReadOnlyList<CliPlugin> plugins = PluginFolders.List(session);
        int padding = Math.Max(Padding, plugins.Where(plugin => plugin.Failure.Length == 0).Select(plugin => plugin.Name.Length + 1).DefaultIfEmpty(0).Max() + 1);
        var text = new StringBuilder();
        text.Append($"Usage:  {Session.Program} [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommon Commands:\n");
        Append(text, "", CommandTable.Common, padding);
        text.Append("\nManagement Commands:\n");
        foreach ((string name, string summary) in CommandGroup.All.Select(group => (group.Name, group.Summary))
            .Concat(plugins.Where(plugin => plugin.Failure.Length == 0).Select(plugin => (plugin.Name + "*", plugin.Summary)))
            .OrderBy(pair => pair.Item1, StringComparer.Ordinal))
        {
            text.Append("  ").Append(name.PadRight(padding)).Append(summary).Append('\n');
        }

        text.Append("\nCommands:\n");
        Append(text, "", CommandTable.Top.Except(CommandTable.Common), padding);
        if (plugins.Any(plugin => plugin.Failure.Length > 0))
        {
            text.Append("\nInvalid Plugins:\n");
            foreach (CliPlugin plugin in plugins.Where(plugin => plugin.Failure.Length > 0))
            {
                text.Append("  ").Append(plugin.Name.PadRight(padding)).Append(plugin.Failure).Append('\n');
            }
        }

        text.Append("\nGlobal Options:\n");
        HelpText.AppendFlags(text, GlobalFlags.WithDefaults);
        return text.Append($"\nRun '{Session.Program} COMMAND --help' for more information on a command.\n\nFor more help on how to use Docker, head to https://docs.docker.com/go/guides/\n").ToString();
    }

    internal static string Group(CommandGroup group)
    {
        var text = new StringBuilder($"Usage:  {Session.Program} {group.Name} COMMAND\n\n{(group.Long.Length > 0 ? group.Long : group.Summary)}\n");
        text.Append("\nCommands:\n");
        Append(text, group.Name + " ", group.Names, Padding);
        return text.Append($"\nRun '{Session.Program} {group.Name} COMMAND --help' for more information on a command.\n").ToString();
    }

    private static void Append(StringBuilder text, string prefix, IEnumerable<string> names, int padding)
    {
        foreach (string name in names)
        {
            if (CommandTable.Find(prefix + name) is { } command)
            {
                text.Append("  ").Append(name.PadRight(padding)).Append(command.Summary).Append('\n');
            }
        }
    }
}
