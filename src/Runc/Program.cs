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

    private static int Main(string[] words)
    {
        GlobalOptions? options = null;
        string? name = null;
        try
        {
            // A reader that is gone is an error of the write, not the end of this process.
            CurrentProcess.IgnoreSignal(13);
            Arguments program = Arguments.OfProgram(words, [.. GlobalOptions.Flags, GlobalOptions.Help, GlobalOptions.Version], Commands.ContainsKey);
            IReadOnlyList<string> operands = program.Operands;
            if (operands.Count == 0 || program.Has("help") || program.Has("version") || operands[0] is "help" or "h" || !Commands.ContainsKey(operands[0]))
            {
                return Describe(program);
            }

            // What follows the operands of these is another program's.
            name = operands[0];
            int flagsEnd = TakesWords.Contains(name) ? 1 : int.MaxValue;
            Arguments command = Arguments.OfCommand([.. operands.Skip(1)], [.. Commands[name].Flags, .. GlobalOptions.Flags, GlobalOptions.Help], flagsEnd);
            if (command.Has("help"))
            {
                Streams.Output(HelpOf(name));
                return 0;
            }

            if (program.Has("timing") || command.Has("timing"))
            {
                TimingTable.Begin();
            }

            options = GlobalOptions.From(program, command);
            int code = Commands[name].Run(options, command);
            if (program.Has("timing") || command.Has("timing"))
            {
                TimingTable.Print();
            }

            return code;
        }
        catch (UsageException error)
        {
            return Refuse(options, name, error);
        }
        catch (Exception error) when (error is ContainerException or SyscallException or IOException or UnauthorizedAccessException)
        {
            return Fail(options, name, error.Message);
        }
        catch (Exception error)
        {
            // A mistake of this program. Its callers still read a line of the log, and an exit code.
            return Fail(options, name, $"internal error: {error}");
        }
    }

    /// <summary>Help or version, or the error of a word that is no command.</summary>
    private static int Describe(Arguments program)
    {
        const int noTopic = 3;
        if (program.Has("version") && !program.Has("help"))
        {
            Streams.Output(VersionText.Full);
            return 0;
        }

        string? topic = program.Operands.FirstOrDefault(word => word is not ("help" or "h"));
        if (topic is null || Commands.ContainsKey(topic))
        {
            Streams.Output(topic is null ? HelpText.OfProgram(CommandTexts.Purposes(Commands.ContainsKey)) : HelpOf(topic));
            return 0;
        }

        Fail(GlobalOptions.From(program, null), null, $"No help topic for '{topic}'");
        return program.Has("help") ? 1 : noTopic;
    }

    private static string HelpOf(string name) => HelpText.OfCommand(name, CommandTexts.Of(name), Commands[name].Flags);

    /// <summary>A command line that is wrong is answered with help.</summary>
    private static int Refuse(GlobalOptions? options, string? name, UsageException error)
    {
        if (error.Flags)
        {
            Streams.Error($"Incorrect Usage: {error.Message}\n\n");
        }
        else
        {
            Streams.Output("Incorrect Usage.\n\n");
        }

        Streams.Output(name is null ? HelpText.OfProgram(CommandTexts.Purposes(Commands.ContainsKey)) : HelpOf(name));
        Log(options, error.Message);
        return 1;
    }

    private static int Fail(GlobalOptions? options, string? name, string message)
    {
        Log(options, name switch
        {
            "create" or "run" => $"runc {name} failed: {message}",
            "exec" => $"exec failed: {message}",
            _ => message,
        });

        // exec distinguishes its own failure from its program's codes.
        return name == "exec" ? 255 : 1;
    }

    /// <summary>Callers read the last line of the log file; a user reads stderr.</summary>
    private static void Log(GlobalOptions? options, string text)
    {
        (options?.Log ?? RuntimeLog.Open(null, json: false, debug: false)).Error(text);
        if (options?.Log.HasFile == true)
        {
            Streams.Error(text + "\n");
        }
    }
}
