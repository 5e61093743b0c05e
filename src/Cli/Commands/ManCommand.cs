using System.Text;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>Man pages of every command, from the same tables as its help.</summary>
internal static class ManCommand
{
    internal static Command Build() => new()
    {
        Usage = "DIRECTORY",
        Summary = "Write the manual pages into a directory",
        Paths = ["man"],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            Directory.CreateDirectory(call.Arguments[0]);
            foreach ((string name, string page) in Pages())
            {
                File.WriteAllText(Path.Combine(call.Arguments[0], name), page);
            }

            return 0;
        },
    };

    /// <summary>File names and their text.</summary>
    internal static IEnumerable<(string Name, string Page)> Pages()
    {
        yield return ($"{Session.Program}.1", Program());
        foreach (CommandGroup group in CommandGroup.All)
        {
            yield return (FileName(group.Name), Group(group));
            foreach (string name in group.Names)
            {
                string path = $"{group.Name} {name}";
                yield return (FileName(path), Of(CommandTable.Find(path)! with { Path = path }));
            }
        }

        foreach (string name in CommandTable.Top)
        {
            yield return (FileName(name), Of(CommandTable.Find(name)! with { Path = name }));
        }
    }

    private static string FileName(string path) => $"{Session.Program}-{path.Replace(' ', '-')}.1";

    private static string Program()
    {
        StringBuilder text = Begin("", "client of a container engine", $"[OPTIONS] COMMAND [ARG...]");
        text.Append(".SH DESCRIPTION\nRuns containers and all that belongs to them through an engine that speaks the Docker Engine API.\n");
        AppendFlags(text, GlobalFlags.All);
        text.Append(".SH COMMANDS\n");
        foreach ((string name, string summary) in CommandTable.Top.Select(name => (name, CommandTable.Find(name)!.Summary)).Concat(CommandGroup.All.Select(group => (group.Name, group.Summary))).OrderBy(pair => pair.Item1, StringComparer.Ordinal))
        {
            text.Append($".TP\n.BR {Session.Program}\\-{Escape(name)} (1)\n{Escape(summary)}\n");
        }

        return text.Append(".SH ENVIRONMENT\n.TP\n.B DOCKER_HOST\nThe engine's address.\n.TP\n.B DOCKER_CONTEXT\nThe context in use.\n.TP\n.B DOCKER_CONFIG\nThe configuration folder.\n.TP\n.BR DOCKER_TLS_VERIFY \", \" DOCKER_CERT_PATH\nTLS, and where its files are.\n.TP\n.B DOCKER_API_VERSION\nThe version of the API, without negotiation.\n.TP\n.B NO_COLOR\nNo colours.\n").ToString();
    }

    private static string Group(CommandGroup group)
    {
        StringBuilder text = Begin(group.Name, group.Summary, "COMMAND");
        text.Append(".SH COMMANDS\n");
        foreach (string name in group.Names)
        {
            text.Append($".TP\n.BR {Session.Program}\\-{Escape(group.Name)}\\-{Escape(name)} (1)\n{Escape(CommandTable.Find($"{group.Name} {name}")!.Summary)}\n");
        }

        return text.ToString();
    }

    private static string Of(Command command)
    {
        StringBuilder text = Begin(command.Path, command.Summary, command.Usage);
        text.Append(".SH DESCRIPTION\n.nf\n").Append(Escape(command.Long.Length > 0 ? command.Long : command.Summary)).Append("\n.fi\n");
        if (command.Flags.Any(flag => flag.Description.Length > 0))
        {
            AppendFlags(text, command.Flags);
        }

        string[] others = [.. command.Paths.Where(path => path != command.Path)];
        if (others.Length > 0)
        {
            text.Append(".SH ALIASES\n").AppendJoin(", ", others.Select(path => Escape($"{Session.Program} {path}"))).Append('\n');
        }

        return text.Append($".SH SEE ALSO\n.BR {Session.Program} (1)\n").ToString();
    }

    private static StringBuilder Begin(string path, string summary, string usage)
    {
        string name = path.Length > 0 ? $"{Session.Program}-{path.Replace(' ', '-')}" : Session.Program;
        var text = new StringBuilder($".TH {Escape(name).ToUpperInvariant()} 1 \"\" \"Wharf {EntryPoint.Version}\" \"Wharf manual\"\n.SH NAME\n{Escape(name)} \\- {Escape(summary)}\n.SH SYNOPSIS\n");
        foreach (string line in usage.Split('\n'))
        {
            string tail = line.Trim().StartsWith(Session.Program + " ", StringComparison.Ordinal) ? line.Trim()[(Session.Program.Length + 1)..] : $"{path} {line}".Trim();
            text.Append($".B {Session.Program}\n{Escape(tail)}\n.br\n");
        }

        return text;
    }

    private static void AppendFlags(StringBuilder text, IReadOnlyList<Flag> flags)
    {
        text.Append(".SH OPTIONS\n");
        foreach (Flag flag in flags.Where(flag => flag.Description.Length > 0).OrderBy(flag => flag.Name, StringComparer.Ordinal))
        {
            text.Append(".TP\n.BR ").Append(Escape(flag.Shown)).Append(flag.TypeName.Length > 0 ? $" \" \" \\fI{flag.TypeName}\\fR" : "").Append('\n');
            text.Append(Escape(flag.Description).Replace("\n", "\n.br\n", StringComparison.Ordinal)).Append(flag.Default.Length > 0 ? $" (default {Escape(flag.Default)})" : "").Append('\n');
        }
    }

    private static string Escape(string text) =>
        string.Join('\n', text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Split('\n').Select(line => line.StartsWith('.') || line.StartsWith('\'') ? "\\&" + line : line));
}
