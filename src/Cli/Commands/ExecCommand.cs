using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.Cli.Streams;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class ExecCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
        Summary = "Execute a command in a running container",
        Paths = ["container exec", "exec"],
        Flags =
        [
            new("detach", 'd', FlagType.Switch, "Detached mode: run command in the background"),
            AttachedProcess.DetachKeysFlag,
            new("env", 'e', FlagType.List, "Set environment variables"),
            new("env-file", '\0', FlagType.List, "Read in a file of environment variables"),
            new("interactive", 'i', FlagType.Switch, "Keep STDIN open even if not attached"),
            new("privileged", '\0', FlagType.Switch, "Give extended privileges to the command"),
            new("tty", 't', FlagType.Switch, "Allocate a pseudo-TTY"),
            new("user", 'u', FlagType.Text, "Username or UID (format: \"<name|uid>[:<group|gid>]\")"),
            new("workdir", 'w', FlagType.Text, "Working directory inside the container"),
        ],
        Least = 2,
        Interspersed = false,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        try
        {
            return RunExec(call);
        }
        catch (InvalidSettingException error)
        {
            throw new CommandException(error.Message);
        }
        catch (EngineException error)
        {
            // 127 and 126 of a program that cannot be executed, where the engine says so before it has a process.
            throw new CommandException(EntryPoint.Describe(error), ContainerStart.CodeOf(error.Message) is var code && error.Status is 400 or 500 && code != 125 && !call.Flags.Is("detach") ? code : 1);
        }
    }

    private static int RunExec(Invocation call)
    {
        Session session = call.Session;
        FlagValues flags = call.Flags;
        bool detach = flags.Is("detach");
        bool tty = flags.Is("tty");
        var streams = new AttachedStreams(!detach && flags.Is("interactive"), !detach, !detach);
        AttachedProcess.RequireTerminal(tty, streams.Input);
        string keys = AttachedProcess.DetachKeys(call);
        var options = AttachmentOptions.Of(tty, streams, keys);
        string id = Create(call, streams, keys);
        string route = $"/exec/{Uri.EscapeDataString(id)}";
        RequestContent start = RequestContent.Json(JsonText.Object(writer =>
        {
            writer.WriteBoolean("Detach", detach);
            writer.WriteBoolean("Tty", tty);
            if (tty)
            {
                writer.WriteConsoleSize();
            }
        }));
        if (detach)
        {
            session.Client.Send("POST", route + "/start", start).Dispose();
            return 0;
        }

        using var process = new AttachedProcess(session, session.Client.Hijack(route + "/start", start), options, route);
        if (tty)
        {
            process.OnSignals(passedTo: null);
        }

        if (!process.Follow())
        {
            throw new CommandException("read escape sequence");
        }

        using EngineResponse response = session.Client.Send("GET", route + "/json");
        return (int)response.ReadJson().Number("ExitCode");
    }

    private static string Create(Invocation call, AttachedStreams streams, string keys)
    {
        FlagValues flags = call.Flags;
        RequestContent content = RequestContent.Json(JsonText.Object(writer =>
        {
            writer.WriteString("User", flags.Text("user"));
            writer.WriteBoolean("Privileged", flags.Is("privileged"));
            writer.WriteBoolean("Tty", flags.Is("tty"));
            if (flags.Is("tty"))
            {
                writer.WriteConsoleSize();
            }

            writer.WriteBoolean("AttachStdin", streams.Input);
            writer.WriteBoolean("AttachStdout", streams.Output);
            writer.WriteBoolean("AttachStderr", streams.Error);
            if (keys.Length > 0)
            {
                writer.WriteString("DetachKeys", keys);
            }

            writer.WriteString("WorkingDir", flags.Text("workdir"));
            writer.WriteTexts("Env", Variables.Environment(flags.All("env-file"), flags.All("env")));
            writer.WriteTexts("Cmd", call.Arguments.Skip(1));
        }));
        using EngineResponse response = call.Session.Client.Send("POST", Routes.Container(call.Arguments[0]) + "/exec", content);
        string id = response.ReadJson().Text("Id");
        return id.Length > 0 ? id : throw new CommandException("exec ID empty");
    }
}
