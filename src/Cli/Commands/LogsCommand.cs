using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class LogsCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER",
        Summary = "Fetch the logs of a container",
        Paths = ["container logs", "logs"],
        Flags =
        [
            new("details", '\0', FlagType.Switch, "Show extra details provided to logs"),
            new("follow", 'f', FlagType.Switch, "Follow log output"),
            new("since", '\0', FlagType.Text, "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"),
            new("tail", 'n', FlagType.Text, "Number of lines to show from the end of the logs", "all"),
            new("timestamps", 't', FlagType.Switch, "Show timestamps"),
            new("until", '\0', FlagType.Text, "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"),
        ],
        Least = 1,
        Most = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        Session session = call.Session;
        FlagValues flags = call.Flags;
        System.Text.Json.JsonElement container = AttachCommand.Inspect(session, call.Arguments[0]);
        string route = new Query(Routes.Container(container.Text("Id")) + "/logs")
            .AddIf("details", flags.Is("details"))
            .AddIf("follow", flags.Is("follow"))
            .AddIf("since", PointInTime.Of("since", flags.Text("since")))
            .Add("stderr", "1")
            .Add("stdout", "1")
            .Add("tail", flags.Text("tail", "all"))
            .AddIf("timestamps", flags.Is("timestamps"))
            .AddIf("until", PointInTime.Of("until", flags.Text("until")))
            .ToString();
        using EngineResponse response = session.Client.Send("GET", route);
        if (container.Find("Config").Is("Tty"))
        {
            byte[] buffer = new byte[32 * 1024];
            for (int count = response.Body.Read(buffer); count > 0; count = response.Body.Read(buffer))
            {
                session.Output.Bytes(buffer.AsSpan(0, count));
            }
        }
        else
        {
            StreamFrames.Copy(response.Body.Read, (isError, bytes) => (isError ? session.Error : session.Output).Bytes(bytes));
        }

        return 0;
    }
}
