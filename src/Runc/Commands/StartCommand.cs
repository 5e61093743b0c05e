using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class StartCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container container = Container.Load(options.Root, arguments.ContainerId("start"));
        using NotifySocket? notify = container.Listen(GlobalOptions.NotifySocket, options.Log.Warning);
        container.Start();
        notify?.Await(container.Record.InitPid);
        return 0;
    }
}
