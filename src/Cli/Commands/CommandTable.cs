using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>Every command by its paths. Only the one that is asked for is built.</summary>
internal static class CommandTable
{
    /// <summary>Those that the overview shows first.</summary>
    internal static IReadOnlyList<string> Common { get; } = ["run", "exec", "ps", "pull", "push", "images", "login", "logout", "search", "version", "info"];

    /// <summary>The names without a group, for the help.</summary>
    internal static IReadOnlyList<string> Top { get; } =
    [
        "attach", "commit", "cp", "create", "diff", "events", "exec", "export", "history", "images", "import", "info", "inspect", "kill", "load", "login", "logout", "logs", "pause", "port", "ps", "pull", "push",
        "rename", "restart", "rm", "rmi", "run", "save", "search", "start", "stats", "stop", "tag", "top", "unpause", "update", "version", "wait",
    ];

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
        "commit" or "container commit" => CommitCommand.Build(),
        "cp" or "container cp" => CopyCommand.Build(),
        "push" or "image push" => PushCommand.Build(),
        "search" => SearchCommand.Build(),
        "system df" => DiskUsageCommand.Build(),
        "system prune" => SystemPruneCommand.Build(),
        "system dial-stdio" => DialCommand.Build(),
        "completion" => CompletionCommand.Build(),
        "man" => ManCommand.Build(),
        "login" => LoginCommand.Build(),
        "logout" => LogoutCommand.Build(),
        "version" => VersionCommand.Build(),
        _ => path.Split(' ') switch
        {
            ["network", var name] => NetworkCommands.Find(name),
            ["volume", var name] => VolumeCommands.Find(name),
            ["context", var name] => ContextCommands.Find(name),
            ["checkpoint", var name] => CheckpointCommands.Find(name),
            ["plugin", var name] => PluginCommands.Find(name),
            _ => null,
        },
    };
}
