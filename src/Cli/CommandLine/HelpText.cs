using System.Text;
using Wharf.Linux;

namespace Wharf.Cli.CommandLine;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    private const int DefaultWidth = 80;
    private const int Slop = 5;
    private const int LeastRoom = 24;
    private const int BlockIndent = 16;

    internal static string Of(Command command)
    {
        var text = new StringBuilder();
        text.Append(UsageLine(command)).Append("\n\n").Append(command.Long.Length > 0 ? command.Long : command.Summary).Append('\n');
        if (command.Paths.Count > 1)
        {
            text.Append("\nAliases:\n  ").AppendJoin(", ", Aliases(command).Select(path => $"{Session.Program} {path}")).Append('\n');
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
        int width = (Terminal.Size(new FileDescriptor(0, ownsHandle: false)) is { Columns: > 0 } size ? size.Columns : DefaultWidth) - 1;
        Flag[] shown = [.. flags.Where(flag => flag.Description.Length > 0).OrderBy(flag => flag.Name, StringComparer.Ordinal)];
        int column = shown.Max(flag => Left(flag).Length) + 3;
        foreach (Flag flag in shown)
        {
            string fallback = flag.Default.Length == 0 ? ""
                : flag.Type == FlagType.Text && flag.Label.Length == 0 ? $" (default \"{flag.Default}\")"
                : $" (default {flag.Default})";
            text.Append(Left(flag).PadRight(column)).Append(Wrapped(flag.Description + fallback, column, width)).Append('\n');
        }
    }

    /// <summary>Wrapped as pflag wraps: lines of the text stay lines, and a short last word may stand out by five.</summary>
    internal static string Wrapped(string description, int column, int width)
    {
        var text = new StringBuilder();
        int room = width - column;
        if (room < LeastRoom)
        {
            column = BlockIndent;
            room = width - column;
            text.Append('\n').Append(' ', column);
        }

        if (room < LeastRoom)
        {
            return description.Replace("\n", text.ToString(), StringComparison.Ordinal);
        }

        string indent = "\n" + new string(' ', column);
        string rest = description;
        bool first = true;
        while (first || rest.Length > 0)
        {
            (string line, rest) = Cut(rest, room - Slop);
            text.Append(first ? "" : indent).Append(line.Replace("\n", indent, StringComparison.Ordinal));
            first = false;
        }

        return text.ToString();
    }

    private static (string Line, string Remainder) Cut(string text, int room)
    {
        if (room + Slop > text.Length)
        {
            return (text, "");
        }

        int blank = text.LastIndexOfAny([' ', '\t', '\n'], room - 1);
        if (blank <= 0)
        {
            return (text, "");
        }

        int newLine = text.LastIndexOf('\n', room - 1);
        return newLine > 0 && newLine < blank ? (text[..newLine], text[(newLine + 1)..]) : (text[..blank], text[(blank + 1)..]);
    }

    /// <summary>A sub-command with no short form names itself first, then what its group also calls it.</summary>
    private static IEnumerable<string> Aliases(Command command)
    {
        string called = command.Path;
        return command.Paths.Any(path => !path.Contains(' ', StringComparison.Ordinal)) || command.Paths[0] == called
            ? command.Paths
            : command.Paths.Where(path => path == called).Concat(command.Paths.Where(path => path != called));
    }

    private static string Left(Flag flag)
    {
        string name = flag.Short == '\0' ? $"      --{flag.Name}" : $"  -{flag.Short}, --{flag.Name}";
        return flag.TypeName.Length == 0 ? name : $"{name} {flag.TypeName}";
    }
}
