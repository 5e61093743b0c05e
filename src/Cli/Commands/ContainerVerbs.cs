using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>Commands that do one thing to each container that is named.</summary>
internal static class ContainerVerbs
{
    private const string Many = "CONTAINER [CONTAINER...]";

    internal static Command Wait() => new()
    {
        Usage = Many,
        Summary = "Block until one or more containers stop, then print their exit codes",
        Paths = ["container wait", "wait"],
        Least = 1,
        Run = call => EachArgument.Do(call, name =>
        {
            using EngineResponse response = call.Session.Client.Send("POST", Routes.Container(name) + "/wait?condition=not-running");
            JsonElement answer = response.ReadJson();
            return answer.Find("Error").Text("Message") is { Length: > 0 } message
                ? throw new CommandException(message)
                : answer.Number("StatusCode").ToString(CultureInfo.InvariantCulture);
        }),
    };

    internal static Command Stop() => Stopping("stop", "Stop one or more running containers", "stop");

    internal static Command Restart() => Stopping("restart", "Restart one or more containers", "restart");

    internal static Command Kill() => new()
    {
        Usage = "[OPTIONS] " + Many,
        Summary = "Kill one or more running containers",
        Paths = ["container kill", "kill"],
        Flags = [new("signal", 's', FlagType.Text, "Signal to send to the container")],
        Least = 1,
        Run = call => EachArgument.Do(call, name => Post(call, name, new Query(Routes.Container(name) + "/kill").AddIf("signal", call.Flags.Text("signal")))),
    };

    internal static Command Remove() => new()
    {
        Usage = "[OPTIONS] " + Many,
        Summary = "Remove one or more containers",
        Paths = ["container rm", "container remove", "rm"],
        Flags =
        [
            new("force", 'f', FlagType.Switch, "Force the removal of a running container (uses SIGKILL)"),
            new("link", 'l', FlagType.Switch, "Remove the specified link"),
            new("volumes", 'v', FlagType.Switch, "Remove anonymous volumes associated with the container"),
        ],
        Least = 1,
        Run = call => EachArgument.Do(call, name => RemoveOne(call, name)),
    };

    internal static Command Rename() => new()
    {
        Usage = "CONTAINER NEW_NAME",
        Summary = "Rename a container",
        Paths = ["container rename", "rename"],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            if (call.Arguments.Any(name => name.Trim().Length == 0))
            {
                throw new CommandException("Error: Neither old nor new names may be empty");
            }

            try
            {
                Post(call, "", new Query(Routes.Container(call.Arguments[0]) + "/rename").Add("name", call.Arguments[1]));
                return 0;
            }
            catch (EngineException error)
            {
                call.Session.Error.Line(EntryPoint.Describe(error));
                throw new CommandException($"Error: failed to rename container named {call.Arguments[0]}");
            }
        },
    };

    internal static Command Pause() => Plain("pause", "Pause all processes within one or more containers");

    internal static Command Unpause() => Plain("unpause", "Unpause all processes within one or more containers");

    private static Command Plain(string verb, string summary) => new()
    {
        Usage = Many,
        Summary = summary,
        Paths = ["container " + verb, verb],
        Least = 1,
        Run = call => EachArgument.Do(call, name => Post(call, name, new Query(Routes.Container(name) + "/" + verb))),
    };

    private static Command Stopping(string verb, string summary, string route) => new()
    {
        Usage = "[OPTIONS] " + Many,
        Summary = summary,
        Paths = ["container " + verb, verb],
        Flags =
        [
            new("signal", 's', FlagType.Text, "Signal to send to the container"),
            new("timeout", 't', FlagType.Int, "Seconds to wait before killing the container"),
            new("time", '\0', FlagType.Int, "") { Deprecated = "use --timeout instead" },
        ],
        Least = 1,
        Run = call => EachArgument.Do(call, name => Post(
            call,
            name,
            new Query($"{Routes.Container(name)}/{route}").AddIf("signal", call.Flags.Text("signal")).AddIf("t", call.Flags.Text("timeout", call.Flags.Text("time"))))),
    };

    private static string? RemoveOne(Invocation call, string name)
    {
        string trimmed = name.Trim('/');
        if (trimmed.Length == 0)
        {
            throw new CommandException("container name cannot be empty");
        }

        try
        {
            call.Session.Client.Send("DELETE", new Query(Routes.Container(trimmed)).AddIf("v", call.Flags.Is("volumes")).AddIf("link", call.Flags.Is("link")).AddIf("force", call.Flags.Is("force")).ToString()).Dispose();
            return name;
        }
        catch (EngineException error) when (error.Status == 404 && call.Flags.Is("force"))
        {
            // Gone is what was wanted: said, but no failure.
            call.Session.Error.Line(EntryPoint.Describe(error));
            return null;
        }
    }

    private static string Post(Invocation call, string name, Query route)
    {
        call.Session.Client.Send("POST", route.ToString()).Dispose();
        return name;
    }
}
