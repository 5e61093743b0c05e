using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Plugins;

namespace Wharf.Cli.Completion;

/// <summary>What may follow a command line that is not finished: commands, flags, values of flags, names that the engine knows.</summary>
internal sealed class CompletionQuestion(Session session, IReadOnlyList<string> words)
{
    private readonly string typed = words.Count > 0 ? words[^1] : "";

    /// <returns>The candidates that begin with what is typed, and whether names of files are to be offered too.</returns>
    internal (IReadOnlyList<Candidate> Candidates, bool Files) Answer()
    {
        int index = 0;
        while (index < words.Count - 1 && words[index].StartsWith('-'))
        {
            bool takesValue = Find(GlobalFlags.All, words[index]) is { Type: not FlagType.Switch } && !words[index].Contains('=', StringComparison.Ordinal);
            if (takesValue && index + 1 == words.Count - 1)
            {
                return OfFlag(Find(GlobalFlags.All, words[index])!);
            }

            index += takesValue ? 2 : 1;
        }

        string[] rest = [.. words.Skip(index)];
        if (rest.Length <= 1)
        {
            return typed.StartsWith('-') ? (Flags(GlobalFlags.All), false) : (Begin(TopLevel()), false);
        }

        if (CommandGroup.Find(rest[0]) is { } group)
        {
            return rest.Length == 2
                ? (Begin(group.Names.Select(name => new Candidate(name, CommandTable.Find($"{group.Name} {name}")!.Summary))), false)
                : OfCommand(CommandTable.Find($"{rest[0]} {rest[1]}"), rest[2..]);
        }

        return OfCommand(CommandTable.Find(rest[0]), rest[1..]);
    }

    private (IReadOnlyList<Candidate> Candidates, bool Files) OfCommand(Command? command, string[] arguments)
    {
        if (command is null)
        {
            return ([], false);
        }

        int operands = 0;
        for (int index = 0; index < arguments.Length - 1; index++)
        {
            if (arguments[index] == "--" || (operands > 0 && !command.Interspersed))
            {
                operands++;
            }
            else if (arguments[index].StartsWith('-') && arguments[index].Length > 1)
            {
                if (Find(command.Flags, arguments[index]) is { Type: not FlagType.Switch } flag && !arguments[index].Contains('=', StringComparison.Ordinal))
                {
                    if (index + 1 == arguments.Length - 1)
                    {
                        return OfFlag(flag);
                    }

                    index++;
                }
            }
            else
            {
                operands++;
            }
        }

        if (typed.StartsWith('-') && (command.Interspersed || operands == 0))
        {
            int equals = typed.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && Find(command.Flags, typed) is { } flag
                ? ([.. OfFlag(flag, typed[(equals + 1)..]).Candidates.Select(candidate => new Candidate(typed[..(equals + 1)] + candidate.Text, candidate.Description))], false)
                : (Flags(command.Flags), false);
        }

        return OfOperand(command, operands);
    }

    /// <summary>The usage line names what stands at each place: CONTAINER, IMAGE, NETWORK, …; the last goes on where it ends so.</summary>
    private (IReadOnlyList<Candidate> Candidates, bool Files) OfOperand(Command command, int position)
    {
        string[] places = [.. command.Usage.Split('\n')[0].Split(' ').Where(place => place != "[OPTIONS]")];
        if (places.Length == 0 || (position >= places.Length && !places[^1].Contains("...", StringComparison.Ordinal)))
        {
            return ([], false);
        }

        string place = places[Math.Min(position, places.Length - 1)];
        var names = new EngineNames(session);
        bool running = command.Paths[0].Split(' ')[^1] is "attach" or "exec" or "kill" or "pause" or "stop" or "top" or "stats" or "unpause" or "port";
        bool files = place.Contains("FILE", StringComparison.Ordinal) || place.Contains("PATH", StringComparison.Ordinal) || place.Contains("file", StringComparison.Ordinal) || place.Contains("DIR", StringComparison.Ordinal);
        IEnumerable<Candidate> found = place switch
        {
            _ when place.Contains("CONTAINER", StringComparison.Ordinal) => names.Containers(all: !running),
            _ when place.Contains("NAME|ID", StringComparison.Ordinal) => [.. names.Containers(all: true), .. names.Images(), .. names.Networks(), .. names.Volumes()],
            _ when place.Contains("IMAGE", StringComparison.Ordinal) || place.Contains("REPOSITORY", StringComparison.Ordinal) || place.Contains("NAME[:TAG]", StringComparison.Ordinal) => command.Paths.Contains("pull") ? [] : names.Images(),
            _ when place.Contains("NETWORK", StringComparison.Ordinal) && command.Paths[0] != "network create" => names.Networks(),
            _ when place.Contains("VOLUME", StringComparison.Ordinal) && command.Paths[0] != "volume create" => names.Volumes(),
            _ when place.Contains("CONTEXT", StringComparison.Ordinal) && command.Paths[0] is not ("context create" or "context import") => names.Contexts(),
            _ when place == "bash|zsh|fish" => [new("bash"), new("zsh"), new("fish")],
            _ when place.Contains("COMMAND", StringComparison.Ordinal) || place.Contains("ARG", StringComparison.Ordinal) => [],
            _ => [],
        };
        return (Begin(found), files);
    }

    private (IReadOnlyList<Candidate> Candidates, bool Files) OfFlag(Flag flag, string? value = null)
    {
        var names = new EngineNames(session);
        IEnumerable<Candidate> found = flag.Name switch
        {
            "network" => names.Networks(),
            "volumes-from" or "link" => names.Containers(all: true),
            "context" or "from" => names.Contexts(),
            "pull" => [new("always"), new("missing"), new("never")],
            "restart" => [new("always"), new("no"), new("on-failure"), new("unless-stopped")],
            "cgroupns" => [new("host"), new("private")],
            "log-level" => [new("debug"), new("info"), new("warn"), new("error"), new("fatal")],
            "type" => [new("container"), new("image"), new("network"), new("plugin"), new("volume")],
            "signal" or "stop-signal" => Terminals.SignalNames.Known.Select(name => new Candidate(name)),
            "platform" => [new("linux/amd64"), new("linux/arm64")],
            "userns" or "uts" => [new("host")],
            "ipc" => [new("none"), new("private"), new("shareable"), new("host"), .. names.Containers(all: false).Select(container => new Candidate($"container:{container.Text}"))],
            "pid" => [new("host"), .. names.Containers(all: false).Select(container => new Candidate($"container:{container.Text}"))],
            "cap-add" or "cap-drop" => Linux.CapabilityNames.All.Select(name => new Candidate(name)),
            _ => [],
        };
        bool files = flag.Name is "env-file" or "label-file" or "cidfile" or "input" or "output" or "volume" or "config" or "tlscacert" or "tlscert" or "tlskey" or "device" or "checkpoint-dir";
        return (Begin(found, value ?? typed), files);
    }

    private IEnumerable<Candidate> TopLevel() =>
        CommandTable.Top.Select(name => new Candidate(name, CommandTable.Find(name)!.Summary))
            .Concat(CommandGroup.All.Select(group => new Candidate(group.Name, group.Summary)))
            .Concat(PluginFolders.List(session).Where(plugin => plugin.Failure.Length == 0).Select(plugin => new Candidate(plugin.Name, plugin.Summary)))
            .OrderBy(candidate => candidate.Text, StringComparer.Ordinal);

    private IReadOnlyList<Candidate> Flags(IReadOnlyList<Flag> flags) =>
        Begin(flags.Where(flag => flag.Description.Length > 0)
            .OrderBy(flag => flag.Name, StringComparer.Ordinal)
            .SelectMany(flag => flag.Short == '\0' || typed.StartsWith("--", StringComparison.Ordinal)
                ? new[] { new Candidate("--" + flag.Name, FirstLine(flag.Description)) }
                : [new Candidate("--" + flag.Name, FirstLine(flag.Description)), new Candidate("-" + flag.Short, FirstLine(flag.Description))]));

    private IReadOnlyList<Candidate> Begin(IEnumerable<Candidate> candidates, string? value = null) =>
        [.. candidates.Where(candidate => candidate.Text.StartsWith(value ?? typed, StringComparison.Ordinal))];

    private static Flag? Find(IReadOnlyList<Flag> flags, string word)
    {
        string name = word.TrimStart('-').Split('=')[0];
        return word.StartsWith("--", StringComparison.Ordinal)
            ? flags.FirstOrDefault(flag => flag.Name == name)
            : name.Length > 0 ? flags.FirstOrDefault(flag => flag.Short == name[^1]) : null;
    }

    private static string FirstLine(string text) => text.Split('\n')[0];
}
