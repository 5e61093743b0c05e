using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class ResumeCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container.Load(options.Root, arguments.ContainerId("resume")).Resume();
        return 0;
    }
}
