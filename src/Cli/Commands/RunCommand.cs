using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Streams;
using Wharf.Cli.Traces;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>
/// <code>
/// 1 create            (the image is pulled when it is missing)
/// 2 attach            before the start: not one byte is missed
/// 3 wait              before the start: no exit is too quick
/// 4 start
/// 5 streams           until the container ends, or the user detaches
/// 6 the wait's answer the exit code
/// </code>
/// </summary>
internal static class RunCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        Summary = "Create and run a new container from an image",
        Paths = ["container run", "run"],
        Flags =
        [
            .. RunFlags.All,
            new("detach", 'd', FlagType.Switch, "Run container in background and print container ID"),
            AttachedProcess.DetachKeysFlag,
            new("trace", '\0', FlagType.Switch, Session.Program == "docker" ? "" : "Show where the time went, hop by hop, after the run"),
            AttachedProcess.SignalsFlag with { Description = "Proxy received signals to the process" },
        ],
        Least = 1,
        Interspersed = false,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        bool detach = call.Flags.Is("detach");
        if (detach && call.Flags.Has("attach"))
        {
            throw new CommandException("conflicting options: cannot specify both --attach and --detach");
        }

        AttachedStreams streams = AttachedStreams.Of(call.Flags, detach);
        AttachedProcess.RequireTerminal(call.Flags.Is("tty"), streams.Input);
        if (call.Flags.Is("trace"))
        {
            call.Session.Trace = new Trace();
        }

        try
        {
            return RunContainer(call, streams);
        }
        catch (InvalidSettingException error)
        {
            return Fail(call, error.Message, 125);
        }
        catch (Exception error) when (EntryPoint.IsExpected(error))
        {
            return Fail(call, EntryPoint.Describe(error), error is EngineException ? ContainerStart.CodeOf(error.Message) : 125);
        }
        catch (CommandException error) when (error.Code != 0 && error.Message.Length > 0)
        {
            return Fail(call, error.Message, error.Code == 1 ? 125 : error.Code);
        }
    }

    private static int Fail(Invocation call, string message, int code)
    {
        call.Session.Error.Text($"{Session.Program}: {message}\n\nRun '{Session.Program} {call.Command.Path} --help' for more information\n");
        return code;
    }

    private static int RunContainer(Invocation call, AttachedStreams streams)
    {
        FlagValues flags = call.Flags;
        Session session = call.Session;
        bool tty = flags.Is("tty");
        string keys = streams.Any && tty ? AttachedProcess.DetachKeys(call) : flags.Text("detach-keys");
        var options = AttachmentOptions.Of(tty, streams, keys);
        string id = NewContainer.Create(session, flags, call.Arguments[0], [.. call.Arguments.Skip(1)], streams);
        if (!streams.Any)
        {
            ContainerStart.Post(session, id, keys);
            session.Output.Line(id);
            ShowTrace(session, id);
            return 0;
        }

        using var process = new AttachedProcess(session, ContainerStart.Attach(session, id, streams, keys), options, Routes.Container(id));
        using EngineResponse waiting = ContainerStart.Await(session, id, flags.Is("rm") ? "removed" : "next-exit");
        process.OnSignals(flags.Is("sig-proxy", fallback: true) ? id : null);
        try
        {
            int code = process.Follow(() => ContainerStart.Post(session, id, keys)) ? ContainerStart.ExitCode(waiting) : 0;
            ShowTrace(session, id);
            return code;
        }
        catch (EngineException) when (flags.Is("rm"))
        {
            // The engine removes what did not start: the command ends when that is done.
            ReadOnlyIgnoringErrors(waiting);
            throw;
        }
    }

    private static void ShowTrace(Session session, string id)
    {
        if (session.Trace is not { } trace)
        {
            return;
        }

        session.Client.Observer = null;
        trace.AskEvents(session, id);
        int columns = Linux.Terminal.Size(session.Error.Descriptor)?.Columns ?? 0;
        session.Error.Text(TraceTable.Draw(trace.Spans, columns, colors: columns > 0 && Session.Variable("NO_COLOR") is null));
    }

    private static void ReadOnlyIgnoringErrors(EngineResponse waiting)
    {
        try
        {
            waiting.ReadBytes();
        }
        catch (IOException)
        {
            // Only its end was of interest.
        }
    }
}
