using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class PauseCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container.Load(options.Root, arguments.ContainerId("pause")).Pause();
        return 0;
    }
}
