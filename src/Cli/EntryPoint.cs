using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.Cli.Plugins;
using Wharf.Cli.Templates;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli;

/// <summary>From the words of the command line to the exit code.</summary>
internal static class EntryPoint
{
    internal const string Version = "0.1.0";
    private const int SignalPipe = 13;
    private const string ShortHelp = "Flag shorthand -h has been deprecated, use --help";

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
            rest = FlagParser.Parse(GlobalFlags.All, words, interspersed: false, global);
        }
        catch (UsageException error)
        {
            session.Error.Text($"{error.Message}\n\nUsage:  {Session.Program} [OPTIONS] COMMAND [ARG...]\n\nRun '{Session.Program} --help' for more information\n");
            return 125;
        }
        catch (HelpRequestedException)
        {
            session.Output.Line(ShortHelp);
            session.Output.Text(Overview.Text(session));
            return 0;
        }

        try
        {
            return rest.Count > 0 ? Dispatch(session, words, rest)
                : global.Is("version") ? Print(session, $"Wharf version {Version}, build {BuildInformation.Commit}\n")
                : words.Length > 0 ? Print(session, Overview.Text(session))
                : PrintToError(session, Overview.Text(session));
        }
        catch (CommandException error)
        {
            session.Error.Line(error.Message);
            return error.Code;
        }
    }

    private static int Dispatch(Session session, string[] all, List<string> words)
    {
        if (words[0] == "help")
        {
            return Help(session, all, words[1..]);
        }

        if (words[0] is CompletionCommand.Request or CompletionCommand.RequestPlain)
        {
            return CompletionCommand.Answer(session, words[1..], words[0] == CompletionCommand.Request);
        }

        if (CommandAliases.Apply(session, words) is { } replaced)
        {
            all = [.. all.Take(all.Length - words.Count), .. replaced];
            words = replaced;
        }

        if (CommandGroup.Find(words[0]) is { } group)
        {
            return RunGroup(session, group, words);
        }

        if (CommandTable.Find(words[0]) is { } command)
        {
            return RunCommand(session, command with { Path = words[0] }, words[1..]);
        }

        if (PluginFolders.Find(session, words[0]) is { } plugin)
        {
            PluginRun.Become(plugin, all);
        }

        session.Error.Text($"{Session.Program}: unknown command: {Session.Program} {words[0]}\n\n{Suggestion.Text(words[0], "", CommandTable.Top.Concat(CommandGroup.All.Select(known => known.Name)))}Run '{Session.Program} --help' for more information\n");
        return 1;
    }

    private static int RunGroup(Session session, CommandGroup group, List<string> words)
    {
        int index = 1;
        bool help = false;
        for (; index < words.Count && words[index].StartsWith('-'); index++)
        {
            if (words[index] is not ("--help" or "-h" or "--help=true"))
            {
                string fault = words[index].StartsWith("--", StringComparison.Ordinal) ? $"unknown flag: {words[index].Split('=')[0]}" : $"unknown shorthand flag: '{words[index][1]}' in {words[index]}";
                session.Error.Text($"{fault}\n\nUsage:  {Session.Program} {group.Name}\n\nRun '{Session.Program} {group.Name} --help' for more information\n");
                return 125;
            }

            if (words[index] == "-h")
            {
                session.Output.Line(ShortHelp);
            }

            help = true;
        }

        if (index == words.Count)
        {
            return help ? Print(session, Overview.Group(group)) : PrintToError(session, Overview.Group(group));
        }

        string path = $"{group.Name} {words[index]}";
        if (CommandTable.Find(path) is { } command)
        {
            return RunCommand(session, command with { Path = path }, help ? ["--help"] : words[(index + 1)..]);
        }

        session.Error.Text($"{Session.Program}: unknown command: {Session.Program} {path}\n\nUsage:  {Session.Program} {group.Name}\n\n{Suggestion.Text(words[index], group.Name + " ", group.Names)}Run '{Session.Program} {group.Name} --help' for more information\n");
        return 1;
    }

    private static int Help(Session session, string[] all, List<string> topic)
    {
        if (topic.Count == 0)
        {
            return Print(session, Overview.Text(session));
        }

        if (CommandGroup.Find(topic[0]) is { } group)
        {
            return topic.Count == 1 ? Print(session, Overview.Group(group))
                : topic.Count == 2 && CommandTable.Find($"{topic[0]} {topic[1]}") is { } inner ? Print(session, HelpText.Of(inner with { Path = $"{topic[0]} {topic[1]}" }))
                : throw new CommandException($"unknown help topic: {string.Join(' ', topic.Skip(CommandTable.Find($"{topic[0]} {topic[1]}") is null ? 1 : 2))}");
        }

        if (CommandTable.Find(topic[0]) is { } command)
        {
            return topic.Count == 1 ? Print(session, HelpText.Of(command with { Path = topic[0] })) : throw new CommandException($"unknown help topic: {string.Join(' ', topic.Skip(1))}");
        }

        if (PluginFolders.Find(session, topic[0]) is { } plugin)
        {
            PluginRun.Become(plugin, all);
        }

        throw new CommandException($"unknown help topic: {string.Join(' ', topic)}");
    }

    /// <summary>Help that nobody asked for.</summary>
    private static int PrintToError(Session session, string text)
    {
        session.Error.Text(text);
        return 0;
    }

    private static int Print(Session session, string text)
    {
        session.Output.Text(text);
        return 0;
    }

    private static int RunCommand(Session session, Command command, List<string> words)
    {
        string name = $"{Session.Program} {command.Path}";
        try
        {
            var flags = new FlagValues();
            List<string> arguments = FlagParser.Parse(command.Flags, words, command.Interspersed, flags);
            foreach (Flag flag in command.Flags.Where(flag => flag.Deprecated.Length > 0 && flags.Has(flag.Name)))
            {
                session.Output.Line($"Flag --{flag.Name} has been deprecated, {flag.Deprecated}");
            }

            if (flags.Is("help"))
            {
                session.Output.Text(HelpText.Of(command));
                return 0;
            }

            CheckVersions(session, command, flags);
            CheckCount(command, name, arguments.Count);
            int code = command.Run(new Invocation(session, command, flags, arguments));
            PluginHooks.Run(session, command, flags, arguments, code);
            return code;
        }
        catch (HelpRequestedException)
        {
            session.Output.Line(ShortHelp);
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
        TemplateException template => $"template parsing error: {template.Message}",
        ProtocolException protocol => $"error during connect: {protocol.Message}",
        _ => error.Message,
    };

    /// <summary>An engine that does not know a flag would leave it out without a word.</summary>
    private static void CheckVersions(Session session, Command command, FlagValues flags)
    {
        if (command.Since.Length > 0 && ApiVersion.Compare(session.Client.Negotiate(), command.Since) < 0)
        {
            throw new CommandException($"{Session.Program} {command.Path} requires API version {command.Since}, but the Docker daemon API version is {session.Client.Version}");
        }

        if (command.NeedsExperiments && !session.Client.HasExperiments())
        {
            throw new CommandException($"{Session.Program} {command.Path} is only supported on a Docker daemon with experimental features enabled");
        }

        string[] refusals =
        [
            .. command.Flags.Where(flag => flag.Since.Length > 0 && flags.Has(flag.Name) && ApiVersion.Compare(session.Client.Negotiate(), flag.Since) < 0)
                .OrderBy(flag => flag.Name, StringComparer.Ordinal)
                .Select(flag => $"\"--{flag.Name}\" requires API version {flag.Since}, but the Docker daemon API version is {session.Client.Version}"),
        ];
        if (refusals.Length > 0)
        {
            throw new CommandException(string.Join('\n', refusals));
        }
    }

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
