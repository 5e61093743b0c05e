using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Streams;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

internal static class AttachCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER",
        Summary = "Attach local standard input, output, and error streams to a running container",
        Paths = ["container attach", "attach"],
        Flags =
        [
            new("detach-keys", '\0', FlagType.Text, "Override the key sequence for detaching a container"),
            new("no-stdin", '\0', FlagType.Switch, "Do not attach STDIN"),
            new("sig-proxy", '\0', FlagType.Switch, "Proxy all received signals to the process", "true"),
        ],
        Least = 1,
        Most = 1,
        Run = Run,
    };

    internal static JsonElement Inspect(Session session, string name)
    {
        using EngineResponse response = session.Client.Send("GET", Routes.Container(name) + "/json");
        return response.ReadJson();
    }

    private static int Run(Invocation call)
    {
        Session session = call.Session;
        JsonElement container = Inspect(session, call.Arguments[0]);
        JsonElement state = container.Find("State");
        if (!state.Is("Running"))
        {
            throw new CommandException("You cannot attach to a stopped container, start it first");
        }

        if (state.Is("Paused"))
        {
            throw new CommandException("You cannot attach to a paused container, unpause it first");
        }

        if (state.Is("Restarting"))
        {
            throw new CommandException("You cannot attach to a restarting container, wait until it is running");
        }

        string id = container.Text("Id");
        bool tty = container.Find("Config").Is("Tty");
        var streams = new AttachedStreams(!call.Flags.Is("no-stdin") && container.Find("Config").Is("OpenStdin"), true, true);
        if (tty && streams.Input && Terminal.Size(new FileDescriptor(0, ownsHandle: false)) is null)
        {
            throw new CommandException("the input device is not a TTY");
        }

        string keys = call.Flags.Text("detach-keys", session.Configured("detachKeys") ?? "");
        using EngineResponse waiting = ContainerStart.Await(session, id, "not-running");
        using var attachment = new Attachment(
            session,
            ContainerStart.Attach(session, id, streams, keys),
            new AttachmentOptions(tty, streams.Input, true, true, tty ? DetachKeys.Parse(keys) : null));
        using var signals = new SignalsOfAttachment(session);
        if (call.Flags.Is("sig-proxy", fallback: true) && !tty)
        {
            signals.PassTo(id, attachment.Restore);
        }
        else
        {
            signals.EndOn(attachment.Restore);
        }

        attachment.Begin();
        if (tty)
        {
            signals.FollowWindow(Routes.Container(id));
        }

        return attachment.CopyOutput() ? ContainerStart.ExitCode(waiting) : throw new CommandException("read escape sequence");
    }
}
