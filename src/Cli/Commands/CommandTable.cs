using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>Every command by its paths. Only the one that is asked for is built.</summary>
internal static class CommandTable
{
    private static readonly string[] ContainerNames =
        ["attach", "create", "exec", "inspect", "kill", "logs", "ls", "pause", "port", "rename", "restart", "rm", "run", "start", "stats", "stop", "top", "unpause", "update", "wait", "diff", "prune", "export", "commit"];

    private static readonly string[] TopNames =
    [
        "attach", "commit", "create", "diff", "events", "exec", "export", "history", "images", "import", "info", "inspect", "kill", "load", "login", "logout", "logs", "pause", "port", "ps", "pull",
        "rename", "restart", "rm", "rmi", "run", "save", "start", "stats", "stop", "tag", "top", "unpause", "update", "version", "wait",
    ];

    private static readonly string[] SystemNames = ["events", "info"];

    private static readonly string[] ImageNames = ["history", "import", "inspect", "load", "ls", "prune", "pull", "rm", "save", "tag"];

    internal static bool IsGroup(string name) => name is "container" or "image" or "system";

    /// <summary>The names below a group, for its help.</summary>
    internal static IEnumerable<string> Below(string group) =>
        (group switch { "container" => ContainerNames, "image" => ImageNames, _ => SystemNames })
            .Where(name => Find($"{group} {name}") is not null).Order(StringComparer.Ordinal);

    /// <summary>The names without a group, for the help.</summary>
    internal static IEnumerable<string> Top => TopNames.Where(name => Find(name) is not null);

    internal static Command? Find(string path) => path switch
    {
        "run" or "container run" => RunCommand.Build(),
        "create" or "container create" => CreateCommand.Build(),
        "start" or "container start" => StartCommand.Build(),
        "attach" or "container attach" => AttachCommand.Build(),
        "exec" or "container exec" => ExecCommand.Build(),
        "ps" or "container ls" or "container list" or "container ps" => PsCommand.Build(),
        "logs" or "container logs" => LogsCommand.Build(),
        "wait" or "container wait" => ContainerVerbs.Wait(),
        "stop" or "container stop" => ContainerVerbs.Stop(),
        "restart" or "container restart" => ContainerVerbs.Restart(),
        "kill" or "container kill" => ContainerVerbs.Kill(),
        "rm" or "container rm" or "container remove" => ContainerVerbs.Remove(),
        "rename" or "container rename" => ContainerVerbs.Rename(),
        "pause" or "container pause" => ContainerVerbs.Pause(),
        "unpause" or "container unpause" => ContainerVerbs.Unpause(),
        "inspect" => InspectCommand.Build(),
        "container inspect" => InspectCommand.BuildContainer(),
        "image inspect" => InspectCommand.BuildImage(),
        "images" or "image ls" or "image list" => ImagesCommand.Build(),
        "pull" or "image pull" => ImageVerbs.Pull(),
        "tag" or "image tag" => ImageVerbs.Tag(),
        "rmi" or "image rm" or "image remove" => ImageVerbs.Remove(),
        "image prune" => ImageVerbs.Prune(),
        "load" or "image load" => ImageArchives.Load(),
        "save" or "image save" => ImageArchives.Save(),
        "import" or "image import" => ImageArchives.Import(),
        "history" or "image history" => HistoryCommand.Build(),
        "events" or "system events" => EventsCommand.Build(),
        "info" or "system info" => InfoCommand.Build(),
        "top" or "container top" => ContainerViews.Top(),
        "diff" or "container diff" => ContainerViews.Diff(),
        "port" or "container port" => ContainerViews.Port(),
        "export" or "container export" => ContainerViews.Export(),
        "container prune" => ContainerViews.Prune(),
        "stats" or "container stats" => StatsCommand.Build(),
        "update" or "container update" => UpdateCommand.Build(),
        "login" => LoginCommand.Build(),
        "logout" => LogoutCommand.Build(),
        "version" => VersionCommand.Build(),
        _ => null,
    };
}
