using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Stats;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class StatsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] [CONTAINER...]",
        Summary = "Display a live stream of container(s) resource usage statistics",
        Paths = ["container stats", "stats"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Show all containers (default shows just running)"),
            Formats.ListFlag,
            new("no-stream", '\0', FlagType.Switch, "Disable streaming stats and only pull the first result"),
            new("no-trunc", '\0', FlagType.Switch, "Do not truncate output"),
        ],
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        Session session = call.Session;
        bool once = call.Flags.Is("no-stream");
        var watches = new List<StatsWatch>();
        Follow(call, watches, once);
        foreach (StatsWatch watch in watches)
        {
            watch.AwaitFirst();
            if (watch.Failure is { } failure && call.Arguments.Count > 0)
            {
                throw new CommandException(EntryPoint.Describe(failure));
            }
        }

        Print(call, watches);
        while (!once && (watches.Any(watch => !watch.Ended) || call.Arguments.Count == 0))
        {
            Thread.Sleep(Interval);
            if (call.Arguments.Count == 0)
            {
                Follow(call, watches, once);
            }

            watches.RemoveAll(watch => watch.Ended);
            if (session.Output.IsTerminal)
            {
                session.Output.Text("\x1b[H\x1b[2J");
            }

            Print(call, watches);
        }

        return 0;
    }

    /// <summary>Those that were named; without names those that run, also when they come later.</summary>
    private static void Follow(Invocation call, List<StatsWatch> watches, bool once)
    {
        foreach (string container in (call.Arguments.Count > 0 ? call.Arguments : Running(call)).Where(container => watches.All(watch => watch.Container != container)).ToArray())
        {
            watches.Add(new StatsWatch(call.Session, container, once));
        }
    }

    private static IReadOnlyList<string> Running(Invocation call)
    {
        using EngineResponse response = call.Session.Client.Send("GET", new Query("/containers/json").AddIf("all", call.Flags.Is("all")).ToString());
        return [.. response.ReadJson().Items().Select(container => container.Text("Id"))];
    }

    private static void Print(Invocation call, IEnumerable<StatsWatch> watches)
    {
        string format = call.Flags.Has("format") ? call.Flags.Text("format") : call.Session.Configured("statsFormat") ?? "";
        bool full = call.Flags.Is("no-trunc");
        Formats.Print(
            call.Session,
            format,
            StatsRow.Table,
            StatsRow.Headings,
            watches.Where(watch => watch.Latest is not null).Select(watch => StatsRow.Of(watch.Container, watch.Latest!.Value, full)));
    }
}
