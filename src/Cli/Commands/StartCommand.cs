using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Streams;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class StartCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Start one or more stopped containers",
        Paths = ["container start", "start"],
        Flags =
        [
            new("attach", 'a', FlagType.Switch, "Attach STDOUT/STDERR and forward signals"),
            new("checkpoint", '\0', FlagType.Text, "Restore from this checkpoint"),
            new("checkpoint-dir", '\0', FlagType.Text, "Use a custom checkpoint storage directory"),
            AttachedProcess.DetachKeysFlag,
            new("interactive", 'i', FlagType.Switch, "Attach container's STDIN"),
        ],
        Least = 1,
        Run = call => call.Flags.Is("attach") || call.Flags.Is("interactive") ? Attached(call) : Plain(call),
    };

    private static int Plain(Invocation call)
    {
        var failed = new List<string>();
        foreach (string name in call.Arguments)
        {
            try
            {
                ContainerStart.Post(call.Session, name, call.Flags.Text("detach-keys"), call.Flags.Text("checkpoint"), call.Flags.Text("checkpoint-dir"));
                call.Session.Output.Line(name);
            }
            catch (Exception error) when (EntryPoint.IsExpected(error))
            {
                call.Session.Error.Line(EntryPoint.Describe(error));
                failed.Add(name);
                if (error is UnreachableException)
                {
                    break;
                }
            }
        }

        if (failed.Count > 0)
        {
            throw new CommandException($"Error: failed to start containers: {string.Join(", ", failed)}");
        }

        return 0;
    }

    private static int Attached(Invocation call)
    {
        Session session = call.Session;
        if (call.Flags.Has("checkpoint"))
        {
            throw new CommandException("you cannot attach to a container that is restored from a checkpoint: start it, then attach");
        }

        if (call.Arguments.Count > 1)
        {
            throw new CommandException("you cannot start and attach multiple containers at once");
        }

        JsonElement container = AttachCommand.Inspect(session, call.Arguments[0]);
        string id = container.Text("Id");
        JsonElement config = container.Find("Config");
        bool tty = config.Is("Tty");
        string keys = AttachedProcess.DetachKeys(call);
        var streams = new AttachedStreams(call.Flags.Is("interactive") && config.Is("OpenStdin"), true, true);
        var options = AttachmentOptions.Of(tty, streams, keys);
        using var process = new AttachedProcess(session, ContainerStart.Attach(session, id, streams, keys), options, Routes.Container(id));
        using EngineResponse waiting = ContainerStart.Await(session, id, container.Find("HostConfig").Is("AutoRemove") ? "removed" : "next-exit");
        process.OnSignals(tty ? null : id);
        bool ended;
        try
        {
            ended = process.Follow(() => ContainerStart.Post(session, id, keys));
        }
        catch (EngineException error)
        {
            session.Error.Line(EntryPoint.Describe(error));
            throw new CommandException($"Error: failed to start containers: {call.Arguments[0]}");
        }

        return ended ? ContainerStart.ExitCode(waiting) : 0;
    }
}
