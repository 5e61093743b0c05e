using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Streams;
using Wharf.EngineApi.Client;

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
            AttachedProcess.DetachKeysFlag,
            new("no-stdin", '\0', FlagType.Switch, "Do not attach STDIN"),
            AttachedProcess.SignalsFlag,
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
        AttachedProcess.RequireTerminal(tty, streams.Input);
        string keys = AttachedProcess.DetachKeys(call);
        var options = AttachmentOptions.Of(tty, streams, keys);
        using EngineResponse waiting = ContainerStart.Await(session, id, "not-running");
        using var process = new AttachedProcess(session, ContainerStart.Attach(session, id, streams, keys), options, Routes.Container(id));
        process.OnSignals(call.Flags.Is("sig-proxy", fallback: true) && !tty ? id : null);
        return process.Follow() ? ContainerStart.ExitCode(waiting) : throw new CommandException("read escape sequence");
    }
}
