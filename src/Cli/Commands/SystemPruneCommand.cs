using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class SystemPruneCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Remove unused data",
        Paths = ["system prune"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Remove all unused images not just dangling ones"),
            new("filter", '\0', FlagType.Filter, "Provide filter values (e.g. \"label=<key>=<value>\")"),
            new("force", 'f', FlagType.Switch, "Do not prompt for confirmation"),
            new("volumes", '\0', FlagType.Switch, "Prune anonymous volumes"),
        ],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        IReadOnlyList<string> filters = call.Flags.All("filter");
        bool volumes = call.Flags.Is("volumes");
        bool all = call.Flags.Is("all");
        if (volumes && filters.Any(filter => filter.StartsWith("until=", StringComparison.Ordinal)))
        {
            throw new CommandException("ERROR: The \"until\" filter is not supported with \"--volumes\"");
        }

        Confirmation.Ask(call, Warning(all, volumes, filters));
        long reclaimed = 0;
        Take(PruneCalls.Containers(call.Session, filters));
        Take((0, PruneCalls.Networks(call.Session, filters)));
        if (volumes)
        {
            Take(PruneCalls.Volumes(call.Session, filters));
        }

        Take(PruneCalls.Images(call.Session, filters, all));
        try
        {
            Take(PruneCalls.BuildCache(call.Session, filters, all));
        }
        catch (EngineException error) when (error.Status is 404 or 501)
        {
            // An engine that does not build keeps no cache.
        }

        call.Session.Output.Line($"Total reclaimed space: {Words.Size(reclaimed, 4)}");
        return 0;

        void Take((long Reclaimed, string List) answer)
        {
            reclaimed += answer.Reclaimed;
            if (answer.List.Length > 0)
            {
                call.Session.Output.Line(answer.List);
            }
        }
    }

    private static string Warning(bool all, bool volumes, IReadOnlyList<string> filters)
    {
        var text = new StringBuilder("WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n");
        text.Append(volumes ? "  - all anonymous volumes not used by at least one container\n" : "");
        text.Append(all ? "  - all images without at least one container associated to them\n  - all build cache\n" : "  - all dangling images\n  - unused build cache\n");
        string[] shown = [.. filters.Where(filter => filter.Split('=')[0] is "label" or "label!" or "until").Order(NaturalOrder.Instance)];
        return shown.Length == 0 ? text.ToString() : text.Append("\n  Items to be pruned will be filtered with:\n").Append(string.Concat(shown.Select(filter => $"  - {filter}\n"))).ToString();
    }
}
