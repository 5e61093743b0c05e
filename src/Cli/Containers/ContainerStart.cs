using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Containers;

/// <summary>Requests of a container's start and end that several commands make.</summary>
internal static class ContainerStart
{
    internal static void Post(Session session, string container, string detachKeys = "", string checkpoint = "", string checkpointFolder = "") =>
        session.Client.Send("POST", new Query(Routes.Container(container) + "/start").AddIf("detachKeys", detachKeys).AddIf("checkpoint", checkpoint).AddIf("checkpoint-dir", checkpointFolder).ToString()).Dispose();

    /// <summary>Opened before the start, so that no exit is too quick for it: the engine has answered, its body comes with the exit.</summary>
    internal static EngineResponse Await(Session session, string container, string condition) =>
        session.Client.Send("POST", new Query(Routes.Container(container) + "/wait").Add("condition", condition).ToString());

    internal static int ExitCode(EngineResponse waiting)
    {
        JsonElement answer;
        try
        {
            answer = waiting.ReadJson();
        }
        catch (IOException error)
        {
            throw new CommandException($"error waiting for container: {error.Message}", 125);
        }

        return answer.Find("Error").Text("Message") is { Length: > 0 } message
            ? throw new CommandException($"Error waiting for container: {message}", 125)
            : (int)answer.Number("StatusCode");
    }

    internal static HijackedStream Attach(Session session, string container, AttachedStreams streams, string detachKeys, bool logs = false) =>
        session.Client.Hijack(new Query(Routes.Container(container) + "/attach")
            .AddIf("detachKeys", detachKeys)
            .AddIf("logs", logs)
            .AddIf("stdin", streams.Input)
            .AddIf("stdout", streams.Output)
            .AddIf("stderr", streams.Error)
            .Add("stream", "1").ToString());

    /// <summary>The code of a container that could not be started: 127 for a program that is not there, 126 for one that cannot be executed.</summary>
    internal static int CodeOf(string message) =>
        Has(message, "executable file not found") || Has(message, "no such file or directory") || Has(message, "system cannot find the file specified") ? 127
            : Has(message, "permission denied") || Has(message, "is a directory") ? 126
            : 125;

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.Ordinal);
}
