using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class StartCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container.Load(options.Root, arguments.ContainerId("start")).Start();
        return 0;
    }
}
