using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Streams;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;
using Wharf.Linux;

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
            new("detach-keys", '\0', FlagType.Text, "Override the key sequence for detaching a container"),
            new("sig-proxy", '\0', FlagType.Switch, "Proxy received signals to the process", "true"),
        ],
        Least = 1,
        Interspersed = false,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        try
        {
            return RunContainer(call);
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

    private static int RunContainer(Invocation call)
    {
        FlagValues flags = call.Flags;
        Session session = call.Session;
        bool detach = flags.Is("detach");
        bool tty = flags.Is("tty");
        if (detach && flags.Has("attach"))
        {
            session.Error.Line("conflicting options: cannot specify both --attach and --detach");
            return 1;
        }

        AttachedStreams streams = AttachedStreams.Of(flags, detach);
        if (tty && streams.Input && Terminal.Size(new FileDescriptor(0, ownsHandle: false)) is null)
        {
            session.Error.Line("the input device is not a TTY");
            return 1;
        }

        string keys = flags.Text("detach-keys", streams.Any && tty ? session.Configured("detachKeys") ?? "" : "");
        DetachKeys? detachKeys = tty ? DetachKeys.Parse(keys) : null;
        string id = NewContainer.Create(session, flags, call.Arguments[0], [.. call.Arguments.Skip(1)], streams);
        if (!streams.Any)
        {
            ContainerStart.Post(session, id, keys);
            session.Output.Line(id);
            return 0;
        }

        using var attachment = new Attachment(
            session,
            ContainerStart.Attach(session, id, streams, keys),
            new AttachmentOptions(tty, streams.Input, streams.Output, streams.Error, detachKeys));
        using EngineResponse waiting = ContainerStart.Await(session, id, flags.Is("rm") ? "removed" : "next-exit");
        using var signals = new SignalsOfAttachment(session);
        if (flags.Is("sig-proxy", fallback: true))
        {
            signals.PassTo(id, attachment.Restore);
        }
        else
        {
            signals.EndOn(attachment.Restore);
        }

        attachment.Begin();
        try
        {
            ContainerStart.Post(session, id, keys);
        }
        catch (EngineException) when (flags.Is("rm"))
        {
            attachment.Restore();

            // The engine removes what did not start: the command ends when that is done.
            ReadOnlyIgnoringErrors(waiting);
            throw;
        }

        if (tty)
        {
            signals.FollowWindow(Routes.Container(id));
        }

        return attachment.CopyOutput() ? ContainerStart.ExitCode(waiting) : 0;
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
