using System.Text;

namespace Wharf.Cli.CommandLine;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    private const int Width = 80;

    internal static string Of(Command command)
    {
        var text = new StringBuilder();
        text.Append(UsageLine(command)).Append("\n\n").Append(command.Summary).Append('\n');
        if (command.Paths.Count > 1)
        {
            text.Append("\nAliases:\n  ").AppendJoin(", ", command.Paths.Select(path => $"{Session.Program} {path}")).Append('\n');
        }

        if (command.Flags.Any(flag => flag.Description.Length > 0))
        {
            text.Append("\nOptions:\n");
            AppendFlags(text, command.Flags);
        }

        return text.ToString();
    }

    internal static string UsageLine(Command command) => $"Usage:  {Session.Program} {command.Path} {command.Usage}".TrimEnd();

    internal static void AppendFlags(StringBuilder text, IReadOnlyList<Flag> flags)
    {
        Flag[] shown = [.. flags.Where(flag => flag.Description.Length > 0).OrderBy(flag => flag.Name, StringComparer.Ordinal)];
        int column = shown.Max(flag => Left(flag).Length) + 3;
        foreach (Flag flag in shown)
        {
            string description = flag.Default.Length == 0 ? flag.Description
                : flag.Type is FlagType.Text ? $"{flag.Description} (default \"{flag.Default}\")"
                : $"{flag.Description} (default {flag.Default})";
            text.Append(Left(flag).PadRight(column));
            AppendWrapped(text, description, column);
        }
    }

    internal static void AppendWrapped(StringBuilder text, string description, int column)
    {
        int room = Math.Max(24, Width - column);
        int used = 0;
        foreach (string word in description.Split(' '))
        {
            if (used > 0 && used + 1 + word.Length > room)
            {
                text.Append('\n').Append(' ', column);
                used = 0;
            }

            if (used > 0)
            {
                text.Append(' ');
                used++;
            }

            text.Append(word);
            used += word.Length;
        }

        text.Append('\n');
    }

    private static string Left(Flag flag)
    {
        string name = flag.Short == '\0' ? $"      --{flag.Name}" : $"  -{flag.Short}, --{flag.Name}";
        return flag.TypeName.Length == 0 ? name : $"{name} {flag.TypeName}";
    }
}
