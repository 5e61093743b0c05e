using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli;

/// <summary>From the words of the command line to the exit code.</summary>
internal static class EntryPoint
{
    internal const string Version = "0.1.0";
    private const int SignalPipe = 13;

    internal static IReadOnlyList<Flag> GlobalFlags { get; } =
    [
        new("config", '\0', FlagType.Text, "Location of client config files"),
        new("context", 'c', FlagType.Text, "Name of the context to use to connect to the daemon: only \"default\""),
        new("debug", 'D', FlagType.Switch, "Enable debug mode"),
        new("host", 'H', FlagType.List, "Daemon socket to connect to"),
        new("log-level", 'l', FlagType.Text, "Set the logging level (\"debug\", \"info\", \"warn\", \"error\", \"fatal\")", "info"),
        new("tls", '\0', FlagType.Switch, "Use TLS; implied by --tlsverify"),
        new("tlscacert", '\0', FlagType.Text, "Trust certs signed only by this CA"),
        new("tlscert", '\0', FlagType.Text, "Path to TLS certificate file"),
        new("tlskey", '\0', FlagType.Text, "Path to TLS key file"),
        new("tlsverify", '\0', FlagType.Switch, "Use TLS and verify the remote"),
        new("version", 'v', FlagType.Switch, "Print version information and quit"),
        new("help", '\0', FlagType.Switch, ""),
    ];

    internal static int Run(string[] words)
    {
        var global = new FlagValues();
        using var session = new Session(global);
        try
        {
            return Run(session, global, words);
        }
        catch (BrokenPipeException)
        {
            return 128 + SignalPipe;
        }
    }

    private static int Run(Session session, FlagValues global, string[] words)
    {
        List<string> rest;
        try
        {
            rest = FlagParser.Parse(GlobalFlags, words, interspersed: false, global);
        }
        catch (UsageException error)
        {
            session.Error.Text($"{error.Message}\n\nUsage:  {Session.Program} [OPTIONS] COMMAND [ARG...]\n\nRun '{Session.Program} --help' for more information\n");
            return 125;
        }
        catch (HelpRequestedException)
        {
            session.Output.Text(Overview.Text());
            return 0;
        }

        if (global.Is("version"))
        {
            session.Output.Line($"Wharf version {EntryPoint.Version}, build {BuildInformation.Commit}");
            return 0;
        }

        if (rest.Count == 0 || global.Is("help"))
        {
            session.Output.Text(Overview.Text());
            return 0;
        }

        return RunCommand(session, rest);
    }

    private static int RunCommand(Session session, List<string> words)
    {
        if (words[0] == "help")
        {
            words = [.. words.Skip(1), "--help"];
            if (words.Count == 1)
            {
                session.Output.Text(Overview.Text());
                return 0;
            }
        }

        int used = 1;
        string path = words[0];
        if (CommandTable.IsGroup(path))
        {
            if (words.Count == 1 || words[1] is "--help" or "-h")
            {
                session.Output.Text(Overview.Group(path));
                return 0;
            }

            if (words[1].StartsWith('-'))
            {
                session.Error.Text($"unknown flag: {words[1]}\n\nUsage:  {Session.Program} {path} COMMAND\n\nRun '{Session.Program} {path} --help' for more information\n");
                return 125;
            }

            path = $"{path} {words[1]}";
            used = 2;
        }

        Command? command = CommandTable.Find(path);
        if (command is null)
        {
            string usage = used == 2 ? $"\nUsage:  {Session.Program} {words[0]}\n" : "";
            string help = used == 2 ? $"{Session.Program} {words[0]}" : Session.Program;
            session.Error.Text($"{Session.Program}: unknown command: {Session.Program} {path}\n{usage}\nRun '{help} --help' for more information\n");
            return 1;
        }

        return RunCommand(session, command with { Path = path }, words.GetRange(used, words.Count - used));
    }

    private static int RunCommand(Session session, Command command, List<string> words)
    {
        string name = $"{Session.Program} {command.Path}";
        try
        {
            var flags = new FlagValues();
            List<string> arguments = FlagParser.Parse(command.Flags, words, command.Interspersed, flags);
            if (flags.Is("help"))
            {
                session.Output.Text(HelpText.Of(command));
                return 0;
            }

            CheckCount(command, name, arguments.Count);
            return command.Run(new Invocation(session, command, flags, arguments));
        }
        catch (HelpRequestedException)
        {
            session.Output.Text(HelpText.Of(command));
            return 0;
        }
        catch (UsageException error)
        {
            session.Error.Text($"{error.Message}\n\n{HelpText.UsageLine(command)}\n\nRun '{name} --help' for more information\n");
            return 125;
        }
        catch (ArgumentCountException error)
        {
            session.Error.Text($"{Session.Program}: {error.Message}\n\n{HelpText.UsageLine(command)}\n\n{(error.TooFew ? "See" : "Run")} '{name} --help' for more information\n");
            return 1;
        }
        catch (CommandException error)
        {
            if (error.Message.Length > 0)
            {
                session.Error.Line(error.Message);
            }

            return error.Code;
        }
        catch (Exception error) when (IsExpected(error))
        {
            session.Error.Line(Describe(error));
            return 1;
        }
    }

    internal static bool IsExpected(Exception error) =>
        error is EngineException or TemplateException or UnauthorizedAccessException || (error is IOException and not BrokenPipeException);

    /// <summary>The words for an error that ends a command.</summary>
    internal static string Describe(Exception error) => error switch
    {
        EngineException { Message: var words } when words.StartsWith("error from daemon in stream: ", StringComparison.Ordinal) => words,
        EngineException engine => $"Error response from daemon: {engine.Message}",
        TemplateException { WhileParsing: true } template => $"failed to parse template: {template.Message}",
        TemplateException template => $"failed to execute template: {template.Message}",
        ProtocolException protocol => $"error during connect: {protocol.Message}",
        _ => error.Message,
    };

    private static void CheckCount(Command command, string name, int count)
    {
        if (count >= command.Least && count <= command.Most)
        {
            return;
        }

        string need = command.Most == 0 ? "accepts no arguments"
            : command.Least == command.Most ? $"requires {Count(command.Least)}"
            : command.Most == int.MaxValue ? $"requires at least {Count(command.Least)}"
            : command.Least == 0 ? $"requires at most {Count(command.Most)}"
            : $"requires at least {command.Least} and at most {Count(command.Most)}";
        throw new ArgumentCountException($"'{name}' {need}", tooFew: command.Most == int.MaxValue);
    }

    private static string Count(int count) => count == 1 ? "1 argument" : $"{count} arguments";
}
