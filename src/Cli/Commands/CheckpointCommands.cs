using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class CheckpointCommands
{
    private static readonly Flag Folder = new("checkpoint-dir", '\0', FlagType.Text, "Use a custom checkpoint storage directory");

    internal static Command? Find(string name) => name switch
    {
        "create" => Create(),
        "ls" or "list" => List(),
        "rm" or "remove" => Remove(),
        _ => null,
    };

    private static Command Create() => new()
    {
        Usage = "[OPTIONS] CONTAINER CHECKPOINT",
        Summary = "Create a checkpoint from a running container",
        NeedsExperiments = true,
        Paths = ["checkpoint create"],
        Flags = [Folder, new("leave-running", '\0', FlagType.Switch, "Leave the container running after checkpoint")],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            RequestContent body = RequestContent.Json(JsonText.Object(writer =>
            {
                writer.WriteString("CheckpointID", call.Arguments[1]);
                writer.WriteString("CheckpointDir", call.Flags.Text("checkpoint-dir"));
                writer.WriteBoolean("Exit", !call.Flags.Is("leave-running"));
            }));
            call.Session.Client.Send("POST", Routes.Container(call.Arguments[0]) + "/checkpoints", body).Dispose();
            call.Session.Output.Line(call.Arguments[1]);
            return 0;
        },
    };

    private static Command List() => new()
    {
        Usage = "[OPTIONS] CONTAINER",
        Summary = "List checkpoints for a container",
        NeedsExperiments = true,
        Paths = ["checkpoint ls", "checkpoint list"],
        Flags = [Folder],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", new Query(Routes.Container(call.Arguments[0]) + "/checkpoints").AddIf("dir", call.Flags.Text("checkpoint-dir")).ToString());
            call.Session.Output.Text(Table.Format(["CHECKPOINT NAME", .. response.ReadJson().Items().Select(checkpoint => checkpoint.Text("Name"))]));
            return 0;
        },
    };

    private static Command Remove() => new()
    {
        Usage = "[OPTIONS] CONTAINER CHECKPOINT",
        Summary = "Remove a checkpoint",
        NeedsExperiments = true,
        Paths = ["checkpoint rm", "checkpoint remove"],
        Flags = [Folder],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            call.Session.Client.Send("DELETE", new Query($"{Routes.Container(call.Arguments[0])}/checkpoints/{Uri.EscapeDataString(call.Arguments[1])}").AddIf("dir", call.Flags.Text("checkpoint-dir")).ToString()).Dispose();
            return 0;
        },
    };
}
