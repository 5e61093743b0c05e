using System.Text;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>The help of the program and of its groups.</summary>
internal static class Overview
{
    private static readonly string[] Common = ["run", "exec", "ps", "pull", "images", "version", "info"];

    internal static string Text()
    {
        var text = new StringBuilder();
        text.Append($"Usage:  {Session.Program} [OPTIONS] COMMAND\n\nThe client of the Docker engine in parts\n\nCommon Commands:\n");
        Append(text, "", Common);
        text.Append("\nManagement Commands:\n  container   Manage containers\n  image       Manage images\n  system      Manage the engine\n\nCommands:\n");
        Append(text, "", CommandTable.Top.Except(Common));
        text.Append("\nGlobal Options:\n");
        HelpText.AppendFlags(text, EntryPoint.GlobalFlags);
        return text.Append($"\nRun '{Session.Program} COMMAND --help' for more information on a command.\n").ToString();
    }

    internal static string Group(string group)
    {
        string subject = group == "system" ? "the engine" : group + "s";
        var text = new StringBuilder($"Usage:  {Session.Program} {group} COMMAND\n\nManage {subject}\n\nCommands:\n");
        Append(text, group + " ", CommandTable.Below(group));
        return text.Append($"\nRun '{Session.Program} {group} COMMAND --help' for more information on a command.\n").ToString();
    }

    private static void Append(StringBuilder text, string prefix, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (CommandTable.Find(prefix + name) is { } command)
            {
                text.Append("  ").Append(name.PadRight(12)).Append(command.Summary).Append('\n');
            }
        }
    }
}
