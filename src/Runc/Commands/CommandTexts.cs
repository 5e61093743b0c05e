using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Help of every command, in the order in which help lists them.</summary>
internal static class CommandTexts
{
    private static readonly (string Name, CommandText Text)[] All =
    [
        ("checkpoint", new("save a running container's state", Description: "Writes the processes into image files by criu(8), for restore.")),
        ("create", new("make a container", Description: "Makes a container of the bundle up to where its program would begin; start begins it.")),
        ("delete", new("remove what is left of a container", Description: "A running container is refused, unless it is killed by --force.")),
        ("events", new("show what a container uses, and memory that has run out", Description: "Lines of JSON, one reading every interval, until the container ends.")),
        ("exec", new("run one more process in a container", "<container-id> <command> [arguments...]", "What stands behind the command is the command's. With --process there is no command.")),
        ("kill", new("send a signal to a container's first process", "<container-id> [signal]", "The signal's name, with or without SIG, or its number; SIGTERM if there is none.")),
        ("list", new("list the containers below the root", "", "Those of another root are listed by the global option --root.")),
        ("pause", new("stop all processes of a container for a while", Description: "resume lets them go on.")),
        ("ps", new("show the processes of a container", "<container-id> [ps options]", "The lines that ps(1) of the host has for them; ps -ef if there are no options.")),
        ("restore", new("make a container of a saved state", Description: "From image files that checkpoint has written.")),
        ("resume", new("let the processes of a paused container go on")),
        ("run", new("make a container and start it", Description: "create and start in one; then, unless detached, the container is waited for and deleted.")),
        ("spec", new("write a config.json to begin with", "", "A shell on a terminal, with a read-only root in a folder rootfs.")),
        ("start", new("begin the program of a created container")),
        ("state", new("print the state of a container", Description: "JSON, as runtime-spec has it.")),
        ("update", new("change the limits of a container", Description: "Limits that are not named stay as they are.")),
        ("features", new("print what this runtime can do", "", "JSON, as runtime-spec has it in features.md.")),
    ];

    internal static IEnumerable<(string Name, string Purpose)> Purposes(Func<string, bool> known) =>
        All.Where(command => known(command.Name)).Select(command => (command.Name, command.Text.Purpose));

    internal static CommandText Of(string name) => All.First(command => command.Name == name).Text;
}
