using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;

namespace Wharf.Cli.Commands;

internal static class CreateCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        Summary = "Create a new container",
        Paths = ["container create", "create"],
        Flags = [.. RunFlags.All.Select(flag => flag.Name == "pull" ? flag with { Description = "Pull image before creating (\"always\", \"|missing\", \"never\")" } : flag)],
        Least = 1,
        Interspersed = false,
        Run = call =>
        {
            try
            {
                call.Session.Output.Line(NewContainer.Create(call.Session, call.Flags, call.Arguments[0], [.. call.Arguments.Skip(1)], AttachedStreams.Of(call.Flags, detached: false)));
                return 0;
            }
            catch (InvalidSettingException error)
            {
                call.Session.Error.Text($"{Session.Program}: {error.Message}\n\nRun '{Session.Program} {call.Command.Path} --help' for more information\n");
                return 125;
            }
        },
    };
}
