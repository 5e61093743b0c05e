using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class StateCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container container = Container.Load(options.Root, arguments.ContainerId("state"));
        Streams.Output(ContainerDocument.Of(container, indented: true));
        Streams.Output("\n");
        return 0;
    }
}
