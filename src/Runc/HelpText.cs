using System.Text;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc;

/// <summary>What --help prints, in the sections that runc's has.</summary>
internal static class HelpText
{
    private const string Purpose =
        """
        NAME:
           runc - Open Container Initiative runtime

           Makes a container of a bundle: a folder with a root file system and config.json,
           which says what runs in it and how. runtime-spec 1.3, by wharf-runc.

        USAGE:
           runc [global options] [command [command options]]

        VERSION:

        """;

    internal static string OfProgram(IEnumerable<(string Name, string Purpose)> commands)
    {
        (string, string)[] rows = [.. commands, ("help, h", "show the commands, or help of one")];
        return Purpose + $"   {VersionText.Version}\n\nCOMMANDS:\n" + Table(rows)
            + "\nGLOBAL OPTIONS:\n" + Table([.. GlobalOptions.Flags.Append(GlobalOptions.Help).Append(GlobalOptions.Version).Where(flag => !flag.Hidden).Select(Row)]);
    }

    internal static string OfCommand(string name, CommandText text, IReadOnlyList<Flag> flags)
    {
        string usage = $"NAME:\n   runc {name} - {text.Purpose}\n\nUSAGE:\n   runc {name} [options] {text.Operands}".TrimEnd() + "\n";
        string description = text.Description.Length == 0 ? "" : "\nDESCRIPTION:\n" + string.Concat(text.Description.Split('\n').Select(line => line.Length == 0 ? "\n" : $"   {line}\n"));
        return usage + description
            + "\nOPTIONS:\n" + Table([.. flags.Where(flag => !flag.Hidden).Append(GlobalOptions.Help).Select(Row)])
            + "\nGLOBAL OPTIONS:\n" + Table([.. GlobalOptions.Flags.Where(flag => !flag.Hidden).Select(Row)]);
    }

    private static (string Name, string Help) Row(Flag flag)
    {
        string value = flag.TakesValue ? " " + flag.Value : "";
        string names = $"--{flag.Name}{value}" + (flag.Letter is { } letter ? $", -{letter}{value}" : "");
        return (flag.Repeats ? $"{names} [ {names} ]" : names, flag.Default is null ? flag.Help : $"{flag.Help} (default: {flag.Default})");
    }

    private static string Table(IReadOnlyList<(string Name, string Help)> rows)
    {
        int width = rows.Max(row => row.Name.Length) + 2;
        var text = new StringBuilder();
        foreach ((string name, string help) in rows)
        {
            text.Append("   ").Append((name.PadRight(width) + help).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
