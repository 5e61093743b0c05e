namespace Wharf.Cli.Commands;

/// <summary>Commands about one kind of thing: "network", "volume".</summary>
/// <param name="Name">The first word of their paths.</param>
/// <param name="Summary">For the overview.</param>
/// <param name="Names">Of its commands, without aliases.</param>
internal sealed record CommandGroup(string Name, string Summary, IReadOnlyList<string> Names)
{
    /// <summary>What its help says in place of the summary; empty: the summary.</summary>
    internal string Long { get; init; } = "";

    internal static IReadOnlyList<CommandGroup> All { get; } =
    [
        new("checkpoint", "Manage checkpoints", ["create", "ls", "rm"]),
        new("container", "Manage containers",
            ["attach", "commit", "cp", "create", "diff", "exec", "export", "inspect", "kill", "logs", "ls", "pause", "port", "prune", "rename", "restart", "rm", "run", "start", "stats", "stop", "top", "unpause", "update", "wait"]),
        new("context", "Manage contexts", ["create", "export", "import", "inspect", "ls", "rm", "show", "update", "use"]),
        new("image", "Manage images", ["history", "import", "inspect", "load", "ls", "prune", "pull", "push", "rm", "save", "tag"]),
        new("network", "Manage networks", ["connect", "create", "disconnect", "inspect", "ls", "prune", "rm"]),
        new("plugin", "Manage plugins", ["create", "disable", "enable", "inspect", "install", "ls", "push", "rm", "set", "upgrade"]),
        new("system", "Manage Docker", ["df", "events", "info", "prune"]),
        new("volume", "Manage volumes", ["create", "inspect", "ls", "prune", "rm", "update"]),
    ];

    internal static CommandGroup? Find(string name) => All.FirstOrDefault(group => group.Name == name);
}
