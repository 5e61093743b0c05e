using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;
using Wharf.Runc.Commands;

namespace Wharf.Runc;

/// <summary>The composition root: global flags, then one command.</summary>
internal static class Program
{
    private static readonly Dictionary<string, (IReadOnlyList<Flag> Flags, Func<GlobalOptions, Arguments, int> Run)> Commands = new()
    {
        ["create"] = (CreateCommand.Flags, CreateCommand.Run),
        ["run"] = (RunCommand.Flags, RunCommand.Run),
        ["start"] = ([], StartCommand.Run),
        ["state"] = ([], StateCommand.Run),
        ["kill"] = (KillCommand.Flags, KillCommand.Run),
        ["delete"] = (DeleteCommand.Flags, DeleteCommand.Run),
        ["exec"] = (ExecCommand.Flags, ExecCommand.Run),
        ["list"] = (ListCommand.Flags, ListCommand.Run),
        ["ps"] = (PsCommand.Flags, PsCommand.Run),
        ["pause"] = ([], PauseCommand.Run),
        ["resume"] = ([], ResumeCommand.Run),
        ["update"] = (UpdateCommand.Flags, UpdateCommand.Run),
        ["events"] = (EventsCommand.Flags, EventsCommand.Run),
        ["spec"] = (SpecCommand.Flags, SpecCommand.Run),
        ["checkpoint"] = (CheckpointCommand.Flags, CheckpointCommand.Run),
        ["restore"] = (RestoreCommand.Flags, RestoreCommand.Run),
        ["features"] = ([], FeaturesCommand.Run),
    };

    /// <summary>Commands whose operands are followed by words of others: a program and its flags, or those of ps(1).</summary>
    private static readonly string[] TakesWords = ["exec", "kill", "ps"];

    // Every command has it: callers ask by it whether there is such a command.
    private static readonly Flag Help = new("help", Letter: 'h');

    private static int Main(string[] words)
    {
        GlobalOptions? options = null;
        try
        {
            // A reader that is gone is an error of the write, not the end of this process.
            CurrentProcess.IgnoreSignal(13);
            Arguments global = Arguments.Parse(words, GlobalOptions.Flags);
            if (global.Has("timing"))
            {
                TimingTable.Begin();
            }

            options = GlobalOptions.From(global);
            if (global.Has("version"))
            {
                Streams.Output(VersionText.Full);
                return 0;
            }

            if (global.Has("help") || global.Operands.Count == 0 || global.Operands[0] is "help" or "h")
            {
                Streams.Output(HelpText.Of(Commands.Keys));
                return 0;
            }

            string name = global.Operands[0];
            if (!Commands.TryGetValue(name, out (IReadOnlyList<Flag> Flags, Func<GlobalOptions, Arguments, int> Run) command))
            {
                throw new UsageException($"No help topic for '{name}'");
            }

            Arguments arguments = Arguments.Parse([.. global.Operands.Skip(1)], [.. command.Flags, Help], flagsAfterOperands: !TakesWords.Contains(name));
            if (arguments.Has(Help.Name))
            {
                Streams.Output(HelpText.OfCommand(name, command.Flags));
                return 0;
            }

            int code = command.Run(options, arguments);
            if (global.Has("timing"))
            {
                TimingTable.Print();
            }

            return code;
        }
        catch (Exception error) when (error is ContainerException or UsageException or SyscallException or IOException or UnauthorizedAccessException)
        {
            return Fail(options, error.Message, words);
        }
        catch (Exception error)
        {
            // A mistake of this program. Its callers still read a line of the log, and an exit code.
            return Fail(options, $"internal error: {error}", words);
        }
    }

    /// <summary>Callers read the last line of the log file; a user reads stderr.</summary>
    private static int Fail(GlobalOptions? options, string message, string[] words)
    {
        string command = words.FirstOrDefault(Commands.ContainsKey) ?? string.Empty;
        string text = command switch
        {
            "create" or "run" => $"runc {command} failed: {message}",
            "exec" => $"exec failed: {message}",
            _ => message,
        };
        options?.Log.Error(text);
        if (options is null || options.HasLogFile)
        {
            Streams.Error(text + "\n");
        }

        // exec distinguishes its own failure from its program's codes.
        return command == "exec" ? 255 : 1;
    }
}
